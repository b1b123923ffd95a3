<?xml version="1.0" encoding="UTF-8"?>
<!-- /plot.svg: the picture by itself, to be saved. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="http://www.w3.org/2000/svg" xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="plot_draw.xsl"/>
<xsl:output method="xml" encoding="UTF-8" indent="no"/>
<xsl:strip-space elements="*"/>

<xsl:template match="/page">
  <xsl:choose>
    <xsl:when test="plot"><xsl:call-template name="picture"><xsl:with-param name="links" select="false()"/></xsl:call-template></xsl:when>
    <xsl:otherwise>
      <svg viewBox="0 0 600 60" width="600" height="60" font-family="system-ui, sans-serif" font-size="14">
        <rect width="600" height="60" fill="#ffffff"/>
        <text x="12" y="34" fill="#b3261e"><xsl:choose>
          <xsl:when test="mistake"><xsl:value-of select="mistake/message"/></xsl:when>
          <xsl:otherwise>Nothing was chosen to be drawn.</xsl:otherwise></xsl:choose></text>
      </svg>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
