<?xml version="1.0" encoding="UTF-8"?>
<!-- /sites: who is behind, who is alive. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <xsl:choose>
    <xsl:when test="sites/row">
      <ul class="figures"><xsl:for-each select="dashboard/row/*[. != 0]">
        <li><strong><xsl:value-of select="e:count(string(.))"/></strong><xsl:text> </xsl:text><xsl:value-of select="translate(name(), '_', ' ')"/></li>
      </xsl:for-each></ul>
      <div class="scroll" tabindex="0" role="region" aria-label="Sites">
      <table>
        <thead><tr><th scope="col">Site</th><th scope="col">Kind</th><th scope="col">Synchronized</th><th scope="col">Alive</th>
          <th scope="col">Last heard</th><th scope="col">Lacks updates</th></tr></thead>
        <tbody><xsl:for-each select="sites/row"><tr>
          <th scope="row"><xsl:value-of select="site_id"/></th><td><xsl:value-of select="official"/></td>
          <td><span class="status {sync}"><xsl:value-of select="translate(substring-after(sync, '_'), '_', ' ')"/></span></td>
          <td><span class="status {live}"><xsl:value-of select="translate(substring-after(live, '_'), '_', ' ')"/></span></td>
          <td><xsl:call-template name="time"><xsl:with-param name="at" select="e:moment(string(last_heard))"/></xsl:call-template></td>
          <td><xsl:value-of select="lacks"/></td>
        </tr></xsl:for-each></tbody>
      </table>
      </div>
      <xsl:if test="updates/row">
        <h2>Updates that are not everywhere</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Updates">
        <table>
          <thead><tr><th scope="col">Update</th><th scope="col">Path</th><th scope="col">Hash</th><th scope="col">Set</th></tr></thead>
          <tbody><xsl:for-each select="updates/row"><tr><th scope="row"><xsl:value-of select="update_id"/></th><td><xsl:value-of select="path"/></td>
            <td><code><xsl:value-of select="substring(hash, 1, 16)"/></code></td>
            <td><xsl:call-template name="time"><xsl:with-param name="at" select="e:moment(string(set_at))"/></xsl:call-template></td></tr></xsl:for-each></tbody>
        </table></div>
      </xsl:if>
    </xsl:when>
    <xsl:otherwise><p class="empty">There is no site in this database: <code>elog-site add</code> adds one.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
