<?xml version="1.0" encoding="UTF-8"?>
<!-- /runs, /e/NAME/runs: runs as elog-select selects them. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <form class="filter query">
    <label class="wide">Runs with
      <textarea name="q" rows="1" cols="60" spellcheck="false" placeholder="duration &gt; 60 and type == 'DATA'"
        aria-describedby="{substring('mistake', 1, 7 * boolean(mistake))}"><xsl:value-of select="parameter[@name='q']"/></textarea></label>
    <label class="wide">Columns <input name="v" size="40" value="{parameter[@name='v']}" placeholder="{columns}"
      list="names" autocomplete="off" data-columns="/conditions.json"/></label>
    <datalist id="names"></datalist>
    <xsl:if test="not(experiment)">
      <label>Experiments <input name="e" size="10" value="{parameter[@name='e']}" placeholder="mfx*"/></label>
    </xsl:if>
    <label>Runs <input name="runs" size="10" value="{parameter[@name='runs']}" placeholder="100-200,250"/></label>
    <xsl:if test="tables/row">
      <label>Run table <select name="table"><option value=""></option>
        <xsl:for-each select="tables/row"><option value="{name}">
          <xsl:if test="name = /page/parameter[@name='table']"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
          <xsl:value-of select="name"/></option></xsl:for-each></select></label>
    </xsl:if>
    <xsl:if test="periods/row">
      <label>Period <select name="period"><option value=""></option>
        <xsl:for-each select="periods/row"><option value="{name}">
          <xsl:if test="name = /page/parameter[@name='period']"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
          <xsl:value-of select="name"/></option></xsl:for-each></select></label>
    </xsl:if>
    <label>Find a column <input name="find" size="14" value="{parameter[@name='find']}" placeholder="part of a name"/></label>
    <button>Show</button>
  </form>

  <xsl:if test="mistake">
    <div id="mistake" class="mistake" role="alert">
      <p><xsl:value-of select="mistake/message"/></p>
      <xsl:if test="mistake/caret"><pre tabindex="0"><xsl:value-of select="mistake/excerpt"/><xsl:text>&#10;</xsl:text><xsl:value-of select="mistake/caret"/></pre></xsl:if>
    </div>
  </xsl:if>
  <xsl:if test="parameter[@name='find']">
    <xsl:choose>
      <xsl:when test="found/row">
        <ul class="chips" aria-label="Columns to add">
          <xsl:for-each select="found/row"><li>
            <a href="{e:here('v', concat(/page/columns, substring(',', 1, boolean(string(/page/columns))), quoted), 'table', '')}" title="{description}">
              <xsl:text>+ </xsl:text><xsl:value-of select="name"/></a>
            <xsl:text> </xsl:text><span class="faint"><xsl:value-of select="value_type"/></span>
          </li></xsl:for-each>
        </ul>
      </xsl:when>
      <xsl:otherwise><p class="empty">No condition has “<xsl:value-of select="parameter[@name='find']"/>” in its name.</p></xsl:otherwise>
    </xsl:choose>
  </xsl:if>
  <xsl:if test="aliases/row">
    <ul class="chips" aria-label="Queries that have a name">
      <xsl:for-each select="aliases/row"><li><a href="{e:here('q', concat('@', name), 'page', '')}" title="{expression}">@<xsl:value-of select="name"/></a>
        <xsl:if test="description"><xsl:text> </xsl:text><span class="faint"><xsl:value-of select="description"/></span></xsl:if></li></xsl:for-each>
    </ul>
  </xsl:if>

  <xsl:choose>
    <xsl:when test="runs/row">
      <xsl:variable name="sort" select="parameter[@name='sort']"/>
      <xsl:variable name="desc" select="parameter[@name='desc']"/>
      <xsl:variable name="many" select="not(experiment)"/>
      <p class="faint" role="status"><xsl:value-of select="e:count(string(count(runs/row)))"/> runs<xsl:if test="more"> on this page</xsl:if></p>
      <div class="scroll" tabindex="0" role="region" aria-label="Runs">
      <table class="runs">
        <thead><tr>
          <xsl:for-each select="runs/columns/c">
            <xsl:if test="$many or position() &gt; 1">
              <xsl:variable name="name" select="string(.)"/>
              <xsl:variable name="now" select="$name = $sort or (not($sort) and position() = 2)"/>
              <th scope="col">
                <xsl:if test="$now"><xsl:attribute name="aria-sort"><xsl:choose>
                  <xsl:when test="$desc">descending</xsl:when><xsl:otherwise>ascending</xsl:otherwise></xsl:choose></xsl:attribute></xsl:if>
                <a href="{e:here('sort', $name, 'page', '', 'desc', substring('1', 1, boolean($now and not($desc))))}"><xsl:value-of select="$name"/></a>
                <xsl:if test="$now"><span aria-hidden="true"><xsl:choose><xsl:when test="$desc"> ▾</xsl:when><xsl:otherwise> ▴</xsl:otherwise></xsl:choose></span></xsl:if>
              </th>
            </xsl:if>
          </xsl:for-each>
        </tr></thead>
        <tbody>
          <xsl:for-each select="runs/row">
            <xsl:variable name="base" select="concat('/e/', e:part(string(c[1])))"/>
            <tr>
              <xsl:if test="$many"><td><a href="{$base}"><xsl:value-of select="c[1]"/></a></td></xsl:if>
              <th scope="row" class="n"><a href="{$base}/runs/{e:part(string(c[2]))}"><xsl:value-of select="c[2]"/></a></th>
              <xsl:for-each select="c[position() &gt; 2]">
                <xsl:choose>
                  <xsl:when test="@k = 'n'"><td class="n"><xsl:value-of select="."/></td></xsl:when>
                  <xsl:when test="@k = 't'"><td><xsl:call-template name="time"><xsl:with-param name="at" select="."/></xsl:call-template></td></xsl:when>
                  <xsl:otherwise><td><xsl:value-of select="."/></td></xsl:otherwise>
                </xsl:choose>
              </xsl:for-each>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
      </div>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="boolean(more)"/></xsl:call-template>
    </xsl:when>
    <xsl:when test="mistake"/>
    <xsl:when test="parameter"><p class="empty">No run is as asked for.</p></xsl:when>
    <xsl:otherwise><p class="empty">There are no runs yet.</p></xsl:otherwise>
  </xsl:choose>
  <xsl:if test="command">
    <details open="open"><summary>The same elsewhere</summary>
      <pre><code><xsl:value-of select="command"/></code></pre>
      <p>
        <a href="{e:as('csv')}">CSV</a>, <a href="{e:as('json')}">JSON</a>
        <xsl:choose>
          <xsl:when test="explained">, <a href="{e:here('sql', '')}">without SQL</a></xsl:when>
          <xsl:otherwise>, <a href="{e:here('sql', '1')}">SQL</a></xsl:otherwise>
        </xsl:choose>
      </p>
      <xsl:if test="explained"><pre><xsl:value-of select="explained"/></pre></xsl:if>
    </details>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>
