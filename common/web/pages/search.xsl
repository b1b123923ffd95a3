<?xml version="1.0" encoding="UTF-8"?>
<!-- /search: what elog-search finds. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:key name="facet" match="/page/facets/row" use="facet"/>

<xsl:template name="content">
  <xsl:variable name="q" select="string(parameter[@name='q'])"/>
  <form class="filter" action="/search">
    <label class="wide">Words <input type="search" name="q" size="50" value="{$q}" placeholder="clogged nozzle author:alice since:2026-03"/></label>
    <label>Order <select name="sort"><option value="">newest first</option>
      <option value="rank"><xsl:if test="parameter[@name='sort'] = 'rank'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>best first</option></select></label>
    <label class="check"><input type="checkbox" name="deleted" value="1">
      <xsl:if test="parameter[@name='deleted']"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if></input> Deleted and older</label>
    <button>Search</button>
  </form>
  <xsl:if test="saved/row">
    <ul class="chips" aria-label="Searches that have a name">
      <xsl:for-each select="saved/row"><li><a href="/search?q={e:part(concat('=', name))}" title="{query}">=<xsl:value-of select="name"/></a></li></xsl:for-each>
    </ul>
  </xsl:if>
  <xsl:choose>
    <xsl:when test="mistake"><div class="mistake" role="alert"><p><xsl:value-of select="mistake/message"/></p></div></xsl:when>
    <xsl:when test="$q = ''">
      <p class="empty">Words are found whatever their case and accents. <code>"words in a row"</code>, <code>begin*</code>,
      <code class="whole">-without</code> and <code>a OR b</code> say more.
      A word right behind <code>author:</code>,<xsl:text> </xsl:text><code>tag:</code>,<xsl:text> </xsl:text><code>experiment:</code>,<xsl:text> </xsl:text><code>instrument:</code>,<xsl:text> </xsl:text><code>run:</code>,<xsl:text> </xsl:text><code>title:</code>,<xsl:text> </xsl:text><code>file:</code> or<xsl:text> </xsl:text><code>has:</code> is looked for only there;
      <code>since:2026-03</code> and <code>until:</code> are times.</p>
    </xsl:when>
    <xsl:when test="found/row">
      <div class="beside">
      <div>
      <p class="faint" role="status" id="found">
        <xsl:choose>
          <xsl:when test="counted">more than <xsl:value-of select="e:count(string(counted))"/> found</xsl:when>
          <xsl:otherwise><xsl:value-of select="e:count(string(n))"/> found</xsl:otherwise>
        </xsl:choose>
      </p>
      <xsl:apply-templates select="found/row"/>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="boolean(more)"/></xsl:call-template>
      </div>
      <aside aria-label="Narrow it down" id="facets">
        <xsl:if test="counted"><p class="faint">Of the first <xsl:value-of select="e:count(string(counted))"/>:
          <xsl:if test="not(all)"><xsl:text> </xsl:text><a class="all" href="{e:here('facets', 'all')}">count all</a></xsl:if></p></xsl:if>
        <xsl:for-each select="facets/row[generate-id() = generate-id(key('facet', facet)[1])]">
          <xsl:variable name="facet" select="facet"/>
          <xsl:if test="count(key('facet', $facet)) &gt; 1">
            <h2><xsl:value-of select="$facet"/></h2>
            <ul class="facet">
              <xsl:for-each select="key('facet', $facet)[position() &lt;= 12]">
                <li>
                  <xsl:choose>
                    <xsl:when test="$facet = 'kind'"><a href="{e:here('q', concat($q, ' has:', value), 'page', '', 'facets', '')}"><xsl:value-of select="value"/></a></xsl:when>
                    <xsl:when test="contains(value, '&quot;')"><xsl:value-of select="value"/></xsl:when>
                    <xsl:otherwise><a href="{e:here('q', concat($q, ' ', $facet, ':&quot;', value, '&quot;'), 'page', '', 'facets', '')}"><xsl:value-of select="value"/></a></xsl:otherwise>
                  </xsl:choose>
                  <xsl:text> </xsl:text><span class="faint"><xsl:value-of select="e:count(string(count))"/></span>
                </li>
              </xsl:for-each>
            </ul>
          </xsl:if>
        </xsl:for-each>
      </aside>
      </div>
    </xsl:when>
    <xsl:otherwise>
      <p class="empty">Nothing was found.
        <xsl:if test="unknown"> “<xsl:value-of select="unknown"/>:” is no field, so it was looked for as text.</xsl:if>
        <xsl:if test="missing"> No search is saved as “<xsl:value-of select="missing"/>”.</xsl:if></p>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="found/row">
  <xsl:variable name="base" select="concat('/e/', e:part(string(experiment)))"/>
  <article class="hit" tabindex="-1">
    <p class="by">
      <a href="{$base}"><strong><xsl:value-of select="experiment"/></strong></a>
      <xsl:text> </xsl:text>
      <xsl:choose>
        <xsl:when test="entry_id"><a class="at" href="{$base}/entries/{e:part(string(entry_id))}"><xsl:call-template name="time"><xsl:with-param name="at" select="created_at"/></xsl:call-template></a></xsl:when>
        <xsl:when test="kind = 'runs' and run"><a class="at" href="{$base}/runs/{e:part(string(run))}">run <xsl:value-of select="run"/></a></xsl:when>
        <xsl:otherwise><a class="at" href="{$base}"><xsl:value-of select="kind"/></a></xsl:otherwise>
      </xsl:choose>
      <xsl:text> </xsl:text><xsl:value-of select="author"/>
      <xsl:if test="entry_id and run"><xsl:text> </xsl:text><a class="run" href="{$base}/runs/{e:part(string(run))}">run <xsl:value-of select="run"/></a></xsl:if>
      <xsl:if test="tags"><xsl:text> </xsl:text><span class="faint"><xsl:value-of select="tags"/></span></xsl:if>
      <xsl:if test="kind != 'entries'"><xsl:text> </xsl:text><span class="status"><xsl:value-of select="kind"/></span></xsl:if>
    </p>
    <xsl:if test="title"><p class="subject"><xsl:apply-templates select="title/*"/></p></xsl:if>
    <p class="text"><xsl:apply-templates select="content/*"/></p>
    <xsl:if test="files"><p class="text faint">Files: <xsl:apply-templates select="files/*"/></p></xsl:if>
  </article>
</xsl:template>
<xsl:template match="t"><xsl:value-of select="."/></xsl:template>
<xsl:template match="hit"><mark><xsl:value-of select="."/></mark></xsl:template>
</xsl:stylesheet>
