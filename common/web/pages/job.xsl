<?xml version="1.0" encoding="UTF-8"?>
<!-- /jobs/UUID: a job, where its files came from and went, what it printed. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="title">
  <xsl:choose>
    <xsl:when test="about/row">Job <xsl:value-of select="about/row/number"/><xsl:if test="about/row/task">: <xsl:value-of select="about/row/task"/></xsl:if></xsl:when>
    <xsl:otherwise>Job</xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="content">
  <p><a href="/jobs">All jobs</a>
    <xsl:if test="about/row/parent"> · <a href="/jobs/{e:part(string(about/row/parent))}">ran by <xsl:value-of select="about/row/parent_number"/></a></xsl:if></p>
  <xsl:choose>
    <xsl:when test="not(about/row)"><p class="empty">There is no job <strong><xsl:value-of select="job"/></strong> in this database.</p></xsl:when>
    <xsl:otherwise><xsl:call-template name="job"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="job">
  <p><span class="status job-{about/row/status}"><xsl:value-of select="about/row/status"/></span><xsl:text> </xsl:text><xsl:value-of select="about/row/title"/></p>
  <xsl:if test="figures/row">
    <h2>Figures</h2>
    <dl class="facts"><xsl:for-each select="figures/row"><dt><xsl:value-of select="name"/></dt><dd><xsl:value-of select="value"/></dd></xsl:for-each></dl>
  </xsl:if>
  <xsl:if test="read/row or wrote/row">
    <h2>Lineage</h2>
    <xsl:call-template name="graph"/>
  </xsl:if>
  <xsl:if test="children/row">
    <h2>Jobs that it ran</h2>
    <ul class="chips"><xsl:for-each select="children/row"><li><a href="/jobs/{e:part(string(uuid))}"><xsl:value-of select="number"/><xsl:text> </xsl:text><xsl:value-of select="task"/></a>
      <xsl:text> </xsl:text><span class="faint"><xsl:value-of select="status"/></span></li></xsl:for-each></ul>
  </xsl:if>
  <xsl:for-each select="output">
    <h2><xsl:value-of select="@name"/></h2>
    <pre tabindex="0" class="output"><xsl:value-of select="."/></pre>
  </xsl:for-each>
  <h2>All that is known</h2>
  <dl class="facts"><xsl:for-each select="facts/row"><dt><xsl:value-of select="name"/></dt><dd class="text"><xsl:value-of select="value"/></dd></xsl:for-each></dl>
</xsl:template>

<!-- Who wrote what it read, and who read what it wrote: from left to right. -->
<xsl:template name="graph">
  <xsl:variable name="rows"><xsl:choose>
    <xsl:when test="count(read/row) &gt; count(wrote/row)"><xsl:value-of select="count(read/row)"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="count(wrote/row)"/></xsl:otherwise></xsl:choose></xsl:variable>
  <xsl:variable name="middle" select="$rows * 20"/>
  <div class="scroll" tabindex="0" role="region" aria-label="Lineage">
  <svg class="lineage" viewBox="0 0 1100 {$rows * 40 + 10}" width="1100" height="{$rows * 40 + 10}" role="group" aria-label="Jobs and files before and behind this job">
    <xsl:for-each select="read/row">
      <xsl:variable name="y" select="position() * 40 - 20 + ($rows - count(../row)) * 20"/>
      <path d="M430,{$y} C460,{$y} 470,{$middle} 490,{$middle}"/>
      <xsl:call-template name="file"><xsl:with-param name="x" select="190"/><xsl:with-param name="y" select="$y"/></xsl:call-template>
      <xsl:if test="other"><path d="M140,{$y} L190,{$y}"/><xsl:call-template name="other"><xsl:with-param name="x" select="5"/><xsl:with-param name="y" select="$y"/></xsl:call-template></xsl:if>
    </xsl:for-each>
    <rect class="this" x="490" y="{$middle - 16}" width="120" height="32" rx="6"/>
    <text x="550" y="{$middle + 5}" text-anchor="middle"><xsl:value-of select="about/row/number"/><xsl:text> </xsl:text><xsl:value-of select="substring(about/row/task, 1, 10)"/></text>
    <xsl:for-each select="wrote/row">
      <xsl:variable name="y" select="position() * 40 - 20 + ($rows - count(../row)) * 20"/>
      <path d="M610,{$middle} C630,{$middle} 640,{$y} 670,{$y}"/>
      <xsl:call-template name="file"><xsl:with-param name="x" select="670"/><xsl:with-param name="y" select="$y"/></xsl:call-template>
      <xsl:if test="other"><path d="M910,{$y} L960,{$y}"/><xsl:call-template name="other"><xsl:with-param name="x" select="960"/><xsl:with-param name="y" select="$y"/></xsl:call-template></xsl:if>
    </xsl:for-each>
  </svg>
  </div>
  <table>
    <thead><tr><th scope="col">Use</th><th scope="col">Role</th><th scope="col">File</th><th scope="col" class="n">Size</th><th scope="col">SHA-256</th></tr></thead>
    <tbody>
      <xsl:for-each select="read/row|wrote/row"><tr>
        <td><xsl:choose><xsl:when test="parent::read">read</xsl:when><xsl:otherwise>wrote</xsl:otherwise></xsl:choose></td>
        <td><xsl:value-of select="role"/></td><th scope="row"><xsl:value-of select="path"/></th>
        <td class="n"><xsl:value-of select="e:size(string(size))"/></td><td><code><xsl:value-of select="sha256"/></code></td>
      </tr></xsl:for-each>
    </tbody>
  </table>
</xsl:template>

<xsl:template name="file">
  <xsl:param name="x"/><xsl:param name="y"/>
  <rect x="{$x}" y="{$y - 14}" width="240" height="28" rx="3"/>
  <text x="{$x + 8}" y="{$y + 5}"><title><xsl:value-of select="path"/></title>
    <xsl:choose><xsl:when test="string-length(path) &gt; 30">…<xsl:value-of select="substring(path, string-length(path) - 27)"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="path"/></xsl:otherwise></xsl:choose></text>
</xsl:template>

<xsl:template name="other">
  <xsl:param name="x"/><xsl:param name="y"/>
  <a href="/jobs/{e:part(string(other))}"><rect class="job" x="{$x}" y="{$y - 14}" width="135" height="28" rx="6"/>
  <text x="{$x + 8}" y="{$y + 5}"><xsl:value-of select="other_number"/><xsl:text> </xsl:text><xsl:value-of select="substring(other_task, 1, 12)"/></text></a>
</xsl:template>
</xsl:stylesheet>
