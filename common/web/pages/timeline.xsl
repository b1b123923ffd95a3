<?xml version="1.0" encoding="UTF-8"?>
<!-- When there were runs, and what was written then: a picture that leads there.  The
     script lets a hand draw out what is to be seen closer. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="plot_draw.xsl"/>

<xsl:template name="timeline">
  <xsl:variable name="base" select="concat('/e/', e:part(string(/page/experiment)))"/>
  <xsl:for-each select="timeline">
    <h2>When</h2>
    <p class="faint plot-words">
      <span>Above, entries; below, runs: a click leads there, one on the axis shows it closer.</span>
      <a href="{e:here('from', '', 'to', '')}">
        <xsl:if test="not(@part)"><xsl:attribute name="hidden">hidden</xsl:attribute></xsl:if>
        <xsl:text>All of it</xsl:text></a>
    </p>
    <xsl:if test="key[. != '']">
      <dl class="legend"><dt>type</dt>
        <xsl:for-each select="key"><dd><span class="swatch {@c}" aria-hidden="true"></span><span><xsl:choose>
          <xsl:when test=". = ''">none</xsl:when><xsl:otherwise><xsl:value-of select="."/></xsl:otherwise></xsl:choose></span></dd></xsl:for-each>
      </dl>
    </xsl:if>
    <figure class="plot" id="timeline" data-from="{@from}" data-to="{@to}" data-left="{@left}" data-right="{@right}" data-width="{@width}">
      <div class="scroll" tabindex="0" role="region" aria-label="Timeline">
      <xsl:call-template name="times"><xsl:with-param name="base" select="$base"/></xsl:call-template>
      </div>
    </figure>
  </xsl:for-each>
</xsl:template>

<xsl:template name="times">
  <xsl:param name="base"/>
  <xsl:variable name="t" select="."/>
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {@width} {@height}" font-family="system-ui, sans-serif" font-size="12" role="group" aria-label="Timeline of entries and runs">
    <rect class="back" width="{@width}" height="{@height}" fill="#ffffff"/>
    <xsl:for-each select="tick">
      <path class="grid" d="M{@at} {$t/@top}V{$t/@bottom + 5}" stroke="#d8dee4" fill="none"/>
      <text class="tick" x="{@at}" y="{$t/@bottom + 20}" text-anchor="middle" fill="#57606a"><xsl:value-of select="."/></text>
    </xsl:for-each>
    <path class="frame" d="M{@left} {@middle}H{@right}M{@left} {@bottom}H{@right}" stroke="#57606a" fill="none"/>
    <xsl:for-each select="zone">
      <a href="{e:here('from', @from, 'to', @to)}" tabindex="-1" aria-label="Closer: {first} to {last}"><rect class="zone" x="{@x}" width="{@width}"
        y="{$t/@bottom}" height="{$t/@height - $t/@bottom}" fill-opacity="0"><title>Closer: <xsl:value-of select="first"/> to <xsl:value-of select="last"/></title></rect></a>
    </xsl:for-each>
    <xsl:for-each select="bar">
      <a href="{$base}/entries?from={e:part(string(@from))}&amp;to={e:part(string(@to))}" tabindex="-1" aria-label="{label}"><rect class="c" x="{@x}" y="{@y}" width="{@width}" height="{@height}"
        fill="#1f5f8b"><title><xsl:value-of select="label"/></title></rect></a>
    </xsl:for-each>
    <xsl:for-each select="run">
      <xsl:choose>
        <xsl:when test="number"><a href="{$base}/runs/{e:part(string(number))}" tabindex="-1" aria-label="{label}">
          <rect class="{@c}" x="{@x}" y="{$t/@runs}" width="{@width}" height="{$t/@bottom - $t/@runs}"><title><xsl:value-of select="label"/></title></rect></a></xsl:when>
        <xsl:otherwise><rect class="{@c}" x="{@x}" y="{$t/@runs}" width="{@width}" height="{$t/@bottom - $t/@runs}"/></xsl:otherwise>
      </xsl:choose>
    </xsl:for-each>
    <text class="tick" x="{(@left + @right) div 2}" y="{@height - 4}" text-anchor="middle" fill="#57606a">time (UTC)</text>
  </svg>
</xsl:template>
</xsl:stylesheet>
