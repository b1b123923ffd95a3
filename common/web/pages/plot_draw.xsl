<?xml version="1.0" encoding="UTF-8"?>
<!-- The picture of a plot, from where its points stand.  Colours are attributes, so that
     a saved picture is whole; the style of pages has the last word. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="http://www.w3.org/2000/svg" xmlns:e="elog" exclude-result-prefixes="e">

<xsl:template name="colour">
  <xsl:param name="of"/>
  <xsl:choose>
    <xsl:when test="$of = 'c0'">#46327e</xsl:when><xsl:when test="$of = 'c1'">#3a528b</xsl:when>
    <xsl:when test="$of = 'c2'">#2c728e</xsl:when><xsl:when test="$of = 'c3'">#21908c</xsl:when>
    <xsl:when test="$of = 'c4'">#27a35a</xsl:when><xsl:when test="$of = 'c5'">#6fa818</xsl:when>
    <xsl:when test="$of = 'c6'">#b59a00</xsl:when><xsl:when test="$of = 'c7'">#e07b00</xsl:when>
    <xsl:when test="$of = 'k0'">#0072b2</xsl:when><xsl:when test="$of = 'k1'">#d55e00</xsl:when>
    <xsl:when test="$of = 'k2'">#008a64</xsl:when><xsl:when test="$of = 'k3'">#b5489a</xsl:when>
    <xsl:when test="$of = 'k4'">#b98600</xsl:when><xsl:when test="$of = 'k5'">#3b9ad6</xsl:when>
    <xsl:when test="$of = 'k6'">#6b4fbb</xsl:when><xsl:when test="$of = 'k7'">#a04040</xsl:when>
    <xsl:when test="$of = 'k8'">#808890</xsl:when>
    <xsl:otherwise>#1f5f8b</xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- What a condition is called, with its unit. -->
<xsl:template name="called">
  <xsl:param name="name"/>
  <xsl:variable name="known" select="/page/units/row[name = $name]"/>
  <xsl:value-of select="$name"/>
  <xsl:if test="$known/unit"> [<xsl:value-of select="$known/unit"/>]</xsl:if>
  <xsl:if test="$known/description"> – <xsl:value-of select="substring($known/description, 1, 70)"/></xsl:if>
</xsl:template>

<xsl:template name="across">
  <xsl:choose>
    <xsl:when test="/page/plot/@time">time (UTC)<xsl:if test="/page/plot/x != 'start_time'">: <xsl:value-of select="/page/plot/x"/></xsl:if></xsl:when>
    <xsl:otherwise><xsl:call-template name="called"><xsl:with-param name="name" select="/page/plot/x"/></xsl:call-template></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="picture">
  <xsl:param name="links" select="true()"/>
  <xsl:variable name="plot" select="/page/plot"/>
  <xsl:variable name="left" select="$plot/@left"/>
  <xsl:variable name="right" select="$plot/@right"/>
  <svg viewBox="0 0 {$plot/@width} {$plot/@height}" width="{$plot/@width}" height="{$plot/@height}"
      font-family="system-ui, sans-serif" font-size="12" role="group">
    <xsl:attribute name="aria-label"><xsl:text>Plot of </xsl:text>
      <xsl:for-each select="$plot/panel"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="name"/></xsl:for-each>
      <xsl:if test="$plot/x"> against <xsl:value-of select="$plot/x"/></xsl:if></xsl:attribute>
    <rect class="back" width="{$plot/@width}" height="{$plot/@height}" fill="#ffffff"/>
    <xsl:if test="not($links)"><xsl:call-template name="keys"/></xsl:if>
    <xsl:for-each select="$plot/panel">
      <xsl:variable name="top" select="@top"/>
      <xsl:variable name="bottom" select="@bottom"/>
      <text class="name" data-name="{name}" data-kind="{@kind}" x="{$left}" y="{$top - 9}" font-weight="600" fill="#1c2329"><tspan class="called"><xsl:call-template name="called"><xsl:with-param name="name" select="name"/></xsl:call-template></tspan><xsl:if test="$plot/@kind != 'histogram'"><xsl:value-of select="@behind"/></xsl:if></text>
      <xsl:for-each select="y">
        <path class="grid" d="M{$left} {@at}H{$right}" stroke="#d8dee4" fill="none"/>
        <text class="tick" x="{$left - 8}" y="{@at + 4}" text-anchor="end" fill="#57606a"><xsl:value-of select="."/></text>
      </xsl:for-each>
      <xsl:for-each select="x">
        <path class="grid" d="M{@at} {$bottom}v5" stroke="#57606a" fill="none"/>
        <!-- A long label of a tick at the end would stick out. -->
        <xsl:variable name="last" select="@at &gt; $right - 14 and string-length(.) &gt; 7"/>
        <text class="tick" x="{@at * not($last) + $plot/@width * $last}" y="{$bottom + 18}" text-anchor="{substring('endmiddle', 1 + 3 * not($last), 3 + 3 * not($last))}" fill="#57606a"><xsl:value-of select="."/></text>
      </xsl:for-each>
      <path class="frame" d="M{$left} {$top}V{$bottom}H{$right}" stroke="#57606a" fill="none"/>
      <xsl:if test="$plot/@kind = 'histogram'">
        <text class="tick" transform="translate(16 {($top + $bottom) div 2}) rotate(-90)" text-anchor="middle" fill="#57606a">runs</text>
        <text class="tick" x="{($left + $right) div 2}" y="{$bottom + 38}" text-anchor="middle" fill="#57606a"><xsl:call-template name="called"><xsl:with-param name="name" select="name"/></xsl:call-template><xsl:value-of select="@across"/></text>
      </xsl:if>
      <xsl:if test="@n = 0">
        <text class="tick" x="{($left + $right) div 2}" y="{($top + $bottom) div 2}" text-anchor="middle" fill="#57606a">no run has a number for it</text>
      </xsl:if>
      <xsl:for-each select="line">
        <path class="{@c}" d="{@d}" fill="none">
          <xsl:attribute name="stroke-linecap"><xsl:choose><xsl:when test="../@dense">square</xsl:when><xsl:otherwise>round</xsl:otherwise></xsl:choose></xsl:attribute>
          <xsl:attribute name="stroke-width"><xsl:choose><xsl:when test="../@dense"><xsl:value-of select="../@dense"/></xsl:when><xsl:otherwise>4</xsl:otherwise></xsl:choose></xsl:attribute>
          <xsl:attribute name="stroke"><xsl:call-template name="colour"><xsl:with-param name="of" select="@c"/></xsl:call-template></xsl:attribute>
        </path>
      </xsl:for-each>
      <xsl:for-each select="dot">
        <xsl:choose>
          <xsl:when test="$links"><a href="{@href}" tabindex="-1" aria-label="{label}"><xsl:call-template name="dot"/></a></xsl:when>
          <xsl:otherwise><xsl:call-template name="dot"/></xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
      <xsl:for-each select="bar">
        <xsl:choose>
          <xsl:when test="$links and @href"><a href="{@href}" tabindex="-1" aria-label="{label}"><xsl:call-template name="bar"/></a></xsl:when>
          <xsl:otherwise><xsl:call-template name="bar"/></xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
    </xsl:for-each>
    <xsl:if test="$plot/@kind != 'histogram'">
      <text class="tick" x="{($left + $right) div 2}" y="{$plot/panel[last()]/@bottom + 40}" text-anchor="middle" fill="#57606a">
        <xsl:call-template name="across"/><xsl:value-of select="$plot/panel[last()]/@across"/>
      </text>
    </xsl:if>
    <xsl:if test="$links">
      <xsl:for-each select="$plot/zone">
        <a href="{@href}" tabindex="-1" aria-label="Closer: {from} to {to}"><rect class="zone" x="{@x}" width="{@width}" y="{$plot/panel[1]/@top}"
          height="{$plot/panel[last()]/@bottom - $plot/panel[1]/@top}" fill-opacity="0"><title>Closer: <xsl:value-of select="from"/> to <xsl:value-of select="to"/></title></rect></a>
      </xsl:for-each>
    </xsl:if>
  </svg>
</xsl:template>

<xsl:template name="dot">
  <circle class="{@c}" cx="{@x}" cy="{@y}" r="3.5" stroke="none">
    <xsl:attribute name="fill"><xsl:call-template name="colour"><xsl:with-param name="of" select="@c"/></xsl:call-template></xsl:attribute>
    <title><xsl:value-of select="label"/></title>
  </circle>
</xsl:template>

<xsl:template name="bar">
  <rect class="c" x="{@x}" y="{@y}" width="{@width}" height="{@height}" fill="#1f5f8b" stroke="none"><title><xsl:value-of select="label"/></title></rect>
</xsl:template>

<!-- What the colours mean, where no page says it. -->
<xsl:template name="keys">
  <xsl:for-each select="/page/legend">
    <text x="{/page/plot/@right}" y="12" text-anchor="end" fill="#57606a">
      <xsl:call-template name="called"><xsl:with-param name="name" select="name"/></xsl:call-template>
      <xsl:text>: </xsl:text>
      <xsl:for-each select="key">
        <tspan font-weight="700"><xsl:attribute name="fill"><xsl:call-template name="colour"><xsl:with-param name="of" select="@c"/></xsl:call-template></xsl:attribute>
          <xsl:text> ● </xsl:text></tspan>
        <xsl:if test="../@kind = 'classes' or position() = 1"><tspan><xsl:value-of select="substring(., 1, 20)"/></tspan></xsl:if>
      </xsl:for-each>
      <xsl:if test="@top"><tspan><xsl:value-of select="@top"/></tspan></xsl:if>
    </text>
  </xsl:for-each>
</xsl:template>
</xsl:stylesheet>
