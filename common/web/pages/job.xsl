<?xml version="1.0" encoding="UTF-8"?>
<!-- /jobs/UUID: a job, where its files came from and went, what it printed. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:import href="lineage_draw.xsl"/>

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
  <xsl:if test="graph">
    <h2 id="lineage">Lineage</h2>
    <xsl:call-template name="graph"/>
    <p><a href="/jobs/{e:part(string(job))}/lineage">By itself</a>, or its rows:
      <a href="/jobs/{e:part(string(job))}/lineage.csv">CSV</a>, <a href="/jobs/{e:part(string(job))}/lineage.json">JSON</a></p>
  </xsl:if>
  <xsl:if test="files/row">
    <h2>Files</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Files">
    <table>
      <thead><tr><th scope="col">Use</th><th scope="col">Role</th><th scope="col">File</th><th scope="col" class="n">Size</th><th scope="col">SHA-256</th></tr></thead>
      <tbody>
        <xsl:for-each select="files/row"><tr>
          <td><xsl:choose><xsl:when test="direction = 'IN'">read</xsl:when><xsl:otherwise>wrote</xsl:otherwise></xsl:choose></td>
          <td><xsl:value-of select="role"/></td><th scope="row"><a href="/lineage?of={e:part(string(path))}"><xsl:value-of select="path"/></a></th>
          <td class="n"><xsl:value-of select="e:size(string(size))"/></td><td><code title="{sha256}"><xsl:value-of select="substring(sha256, 1, 12)"/></code></td>
        </tr></xsl:for-each>
      </tbody>
    </table>
    </div>
    <xsl:if test="files/row[1]/n &gt; count(files/row)"><p class="faint"><xsl:value-of select="count(files/row)"/> of <xsl:value-of select="e:count(string(files/row[1]/n))"/> are here.</p></xsl:if>
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
</xsl:stylesheet>
