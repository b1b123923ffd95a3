<?xml version="1.0" encoding="UTF-8"?>
<!-- /jobs/UUID/lineage and /lineage: from what a job or a file came, and what came of
     it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:import href="lineage_draw.xsl"/>

<xsl:template name="title">Lineage<xsl:choose>
  <xsl:when test="about/row"> of job <xsl:value-of select="about/row/number"/><xsl:if test="about/row/task">: <xsl:value-of select="about/row/task"/></xsl:if></xsl:when>
  <xsl:when test="graph/file[@this]"> of <xsl:call-template name="base"><xsl:with-param name="path" select="string(graph/file[@this]/path)"/></xsl:call-template></xsl:when></xsl:choose></xsl:template>

<xsl:template name="content">
  <xsl:if test="about/row"><p><a href="/jobs/{e:part(string(job))}">The job</a></p></xsl:if>
  <xsl:if test="not(job)">
    <form class="filter" action="/lineage">
      <label class="wide">A job's number, or a file's path or SHA-256 <input type="search" name="of" value="{parameter[@name='of']}" spellcheck="false"/></label>
      <button>Show</button>
    </form>
  </xsl:if>
  <xsl:choose>
    <xsl:when test="missing"><p class="empty"><xsl:value-of select="missing"/></p></xsl:when>
    <xsl:when test="job and not(about/row)"><p class="empty">There is no job <strong><xsl:value-of select="job"/></strong> in this database.</p></xsl:when>
    <xsl:when test="graph"><xsl:call-template name="graph"><xsl:with-param name="open" select="true()"/></xsl:call-template></xsl:when>
    <xsl:when test="job or parameter[@name='of']"><p class="empty">It read no file and wrote none that was recorded.</p></xsl:when>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
