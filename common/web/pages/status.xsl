<?xml version="1.0" encoding="UTF-8"?>
<!-- /status: what elog-status shows. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <xsl:if test="problems/row">
    <h2>What did not come whole</h2>
    <xsl:call-template name="problems"/>
  </xsl:if>
  <h2>The database</h2>
  <dl class="facts">
    <xsl:for-each select="facts/row[value]">
      <dt><xsl:value-of select="translate(key, '_', ' ')"/></dt>
      <dd><xsl:choose>
        <xsl:when test="key = 'size'"><xsl:value-of select="e:size(string(value))"/></xsl:when>
        <xsl:when test="key = 'modified' or starts-with(key, 'last_')"><xsl:call-template name="time">
          <xsl:with-param name="at" select="value"/></xsl:call-template></xsl:when>
        <xsl:when test="number(value) = number(value)"><xsl:value-of select="e:count(string(value))"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="value"/></xsl:otherwise>
      </xsl:choose></dd>
    </xsl:for-each>
  </dl>
  <xsl:if test="log/row">
    <h2>Changes to local data</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Changes to local data">
    <table>
      <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">With</th>
        <th scope="col">Experiment</th><th scope="col">Run</th><th scope="col">Action</th>
        <th scope="col">What</th><th scope="col">New value</th></tr></thead>
      <tbody><xsl:for-each select="log/row"><tr>
        <td><xsl:call-template name="time"><xsl:with-param name="at" select="created_at"/></xsl:call-template></td>
        <td><xsl:value-of select="user"/></td><td class="whole"><xsl:value-of select="program"/></td>
        <td><xsl:if test="experiment"><a href="/e/{e:part(string(experiment))}"><xsl:value-of select="experiment"/></a></xsl:if></td>
        <td class="n"><xsl:value-of select="run"/></td>
        <td><xsl:value-of select="action"/></td><td><xsl:value-of select="message"/></td>
        <td class="long"><xsl:value-of select="new_value"/></td>
      </tr></xsl:for-each></tbody>
    </table>
    </div>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>
