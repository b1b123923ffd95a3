<?xml version="1.0" encoding="UTF-8"?>
<!-- /plot, /e/NAME/plot: conditions of runs, drawn.  The script draws them once more, with
     what a hand can do to them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:import href="plot_draw.xsl"/>

<xsl:template name="head">
  <xsl:if test="plot[@n &gt; 0]">
    <link rel="stylesheet" href="/static/dygraph.css"/>
    <script src="/static/dygraph.js" defer="defer"></script>
    <script src="/static/plot.js" defer="defer"></script>
  </xsl:if>
</xsl:template>

<xsl:template name="content">
  <xsl:variable name="log" select="concat(',', parameter[@name='log'], ',')"/>
  <xsl:variable name="histogram" select="parameter[@name='kind'] = 'histogram'"/>
  <form class="filter query">
    <label class="wide">Conditions <input name="v" size="40" value="{parameter[@name='v']}" placeholder="beam_current, `photon energy`"
      list="names" autocomplete="off" data-columns="/conditions.json"/></label>
    <datalist id="names"></datalist>
    <label>against <input name="x" size="14" value="{parameter[@name='x']}" placeholder="run, time, or a condition"
      list="names-x" autocomplete="off" data-columns="/conditions.json"/></label>
    <datalist id="names-x"></datalist>
    <label>coloured by <input name="colour" size="14" value="{parameter[@name='colour']}" placeholder="a condition"
      list="names-colour" autocomplete="off" data-columns="/conditions.json"/></label>
    <datalist id="names-colour"></datalist>
    <label class="wide">of runs with
      <textarea name="q" rows="1" cols="40" spellcheck="false" placeholder="duration &gt; 60 and type == 'DATA'"
        aria-describedby="{substring('mistake', 1, 7 * boolean(mistake))}"><xsl:value-of select="parameter[@name='q']"/></textarea></label>
    <xsl:if test="not(experiment)">
      <label>of experiments <input name="e" size="10" value="{parameter[@name='e']}" placeholder="mfx*"/></label>
    </xsl:if>
    <label>as <select name="kind">
      <option value="">points</option>
      <option value="histogram"><xsl:if test="$histogram"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>histogram</option>
    </select></label>
    <label class="check"><input type="checkbox" name="log" value="x"><xsl:if test="contains($log, ',x,')"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if></input> log x</label>
    <label class="check"><input type="checkbox" name="log" value="y"><xsl:if test="contains($log, ',y,')"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if></input> log y</label>
    <label class="check"><input type="checkbox" name="log" value="colour"><xsl:if test="contains($log, ',colour,')"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if></input> log colour</label>
    <xsl:for-each select="parameter[@name='runs' or @name='period' or @name='bins' or @name='gone']">
      <input type="hidden" name="{@name}" value="{.}"/>
    </xsl:for-each>
    <button>Draw</button>
  </form>
  <xsl:if test="mistake">
    <div id="mistake" class="mistake" role="alert">
      <p><xsl:value-of select="mistake/message"/></p>
      <xsl:if test="mistake/caret"><pre><xsl:value-of select="mistake/excerpt"/><xsl:text>&#10;</xsl:text><xsl:value-of select="mistake/caret"/></pre></xsl:if>
    </div>
  </xsl:if>
  <xsl:choose>
    <xsl:when test="plot[@n &gt; 0]"><xsl:call-template name="drawn"/></xsl:when>
    <xsl:when test="plot">
      <p class="empty">No run that was asked for has a number for it<xsl:if test="plot/@texts &gt; 0">: what is there are texts, or infinite</xsl:if><xsl:if test="plot/@below &gt; 0">: a logarithm needs numbers above 0</xsl:if>.
        <xsl:if test="parameter[@name='from' or @name='to' or @name='low' or @name='high']"><a href="{e:here('from', '', 'to', '', 'low', '', 'high', '')}">All from the first to the last</a></xsl:if></p>
    </xsl:when>
    <xsl:when test="not(mistake)"><xsl:call-template name="choose"/></xsl:when>
  </xsl:choose>
</xsl:template>

<xsl:template name="drawn">
  <p class="faint plot-words">
    <span><span id="plot-count"><xsl:value-of select="e:count(string(plot/@n))"/></span>
    <xsl:choose>
      <xsl:when test="plot/@kind = 'histogram'"> values. A bar leads to its runs.</xsl:when>
      <xsl:when test="plot/panel/@dense"> points; of each column of pixels the lowest and the highest are drawn.</xsl:when>
      <xsl:when test="plot/@n = 1"> point; it leads to its run.</xsl:when>
      <xsl:otherwise> points; each leads to its run.</xsl:otherwise>
    </xsl:choose></span>
    <xsl:if test="plot/@texts &gt; 0"><xsl:value-of select="e:count(string(plot/@texts))"/> values are no numbers. </xsl:if>
    <xsl:if test="plot/@below &gt; 0"><xsl:value-of select="e:count(string(plot/@below))"/> have no logarithm. </xsl:if>
    <a class="button" href="{e:as('svg')}" download="plot.svg" id="save-svg">Save as SVG</a>
    <xsl:text> </xsl:text>
    <button type="button" id="save-png" hidden="hidden">Save as PNG</button>
    <xsl:text> </xsl:text>
    <a id="plot-all" href="{e:here('from', '', 'to', '', 'low', '', 'high', '')}">
      <xsl:if test="not(parameter[@name='from' or @name='to' or @name='low' or @name='high'])"><xsl:attribute name="hidden">hidden</xsl:attribute></xsl:if>
      <xsl:text>All from the first to the last</xsl:text></a>
  </p>
  <xsl:for-each select="legend">
    <dl class="legend" data-kind="{@kind}" data-least="{@least}" data-most="{@most}">
      <dt><xsl:call-template name="called"><xsl:with-param name="name" select="name"/></xsl:call-template></dt>
      <xsl:for-each select="key"><dd data-colour="{@c}"><span class="swatch {@c}" aria-hidden="true"></span><span><xsl:value-of select="."/></span></dd></xsl:for-each>
      <xsl:if test="@top"><dd>to <xsl:value-of select="@top"/></dd></xsl:if>
    </dl>
  </xsl:for-each>
  <figure class="plot" id="plot" data-kind="{plot/@kind}" data-time="{plot/@time}" data-x="{plot/x}" data-x-kind="{plot/@x-kind}"
      data-log="{parameter[@name='log']}">
    <xsl:attribute name="data-label"><xsl:call-template name="across"/></xsl:attribute>
    <div class="scroll" tabindex="0" role="region" aria-label="Plot"><xsl:call-template name="picture"/></div>
  </figure>
  <p class="faint" id="plot-hint" hidden="hidden">Drag across or down to zoom in, double-click to zoom out; a click on a point leads to its run.</p>
  <details>
    <summary>In numbers</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="In numbers">
    <table>
      <thead><tr><th scope="col">Condition</th><th scope="col" class="n">Values</th><th scope="col" class="n">Least</th><th scope="col" class="n">Most</th></tr></thead>
      <tbody><xsl:for-each select="plot/panel"><tr>
        <th scope="row"><xsl:call-template name="called"><xsl:with-param name="name" select="name"/></xsl:call-template></th>
        <td class="n"><xsl:value-of select="e:count(string(@n))"/></td>
        <td class="n"><xsl:value-of select="least"/></td><td class="n"><xsl:value-of select="most"/></td>
      </tr></xsl:for-each></tbody>
    </table>
    </div>
  </details>
</xsl:template>

<!-- Nothing was asked for yet. -->
<xsl:template name="choose">
  <xsl:choose>
    <xsl:when test="choices/row">
      <p>What is to be drawn? A part of a name finds more.</p>
      <ul class="chips">
        <xsl:for-each select="choices/row"><li>
          <a href="{e:here('v', quoted)}"><xsl:value-of select="name"/></a>
          <xsl:if test="description"><xsl:text> </xsl:text><span class="faint"><xsl:value-of select="description"/></span></xsl:if>
        </li></xsl:for-each>
      </ul>
    </xsl:when>
    <xsl:otherwise><p class="empty">No run has a number yet that could be drawn.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
