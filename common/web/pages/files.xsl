<?xml version="1.0" encoding="UTF-8"?>
<!-- /files: what was scanned and pulled, by source and day, with what lacks. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:key name="source" match="/page/days/row" use="source"/>

<xsl:template name="content">
  <xsl:choose>
    <xsl:when test="days/row">
      <dl class="facts"><xsl:for-each select="downloads/row[value]">
        <dt><xsl:value-of select="translate(key, '_', ' ')"/></dt>
        <dd><xsl:choose>
          <xsl:when test="contains(key, 'bytes')"><xsl:value-of select="e:size(string(value))"/></xsl:when>
          <xsl:when test="contains(value, 'T')"><xsl:call-template name="time"><xsl:with-param name="at" select="value"/></xsl:call-template></xsl:when>
          <xsl:otherwise><xsl:value-of select="e:count(string(value))"/></xsl:otherwise></xsl:choose></dd>
      </xsl:for-each></dl>
      <xsl:for-each select="days/row[generate-id() = generate-id(key('source', source)[1])]">
        <h2><xsl:value-of select="source"/></h2>
        <div class="scroll" tabindex="0" role="region" aria-label="{source}">
        <table>
          <thead><tr><th scope="col">Day</th><th scope="col" class="n">Files</th><th scope="col" class="n">Size</th>
            <th scope="col" class="n">To come</th><th scope="col" class="n">Partial</th><th scope="col" class="n">Failed</th></tr></thead>
          <tbody><xsl:for-each select="key('source', source)">
            <xsl:variable name="before" select="preceding-sibling::row[1][source = current()/source]/day"/>
            <xsl:variable name="gap" select="e:days(string($before), string(day))"/>
            <xsl:if test="$gap &gt; 1"><tr class="gap"><td colspan="6"><xsl:value-of select="$gap - 1"/> days without a file</td></tr></xsl:if>
            <tr><xsl:if test="pending + partial + failed &gt; 0"><xsl:attribute name="class">lacking</xsl:attribute></xsl:if>
              <th scope="row"><xsl:value-of select="day"/></th><td class="n"><xsl:value-of select="e:count(string(downloaded))"/></td>
              <td class="n"><xsl:value-of select="e:size(string(bytes))"/></td><td class="n"><xsl:value-of select="pending"/></td>
              <td class="n"><xsl:value-of select="partial"/></td><td class="n"><xsl:value-of select="failed"/></td></tr>
          </xsl:for-each></tbody>
        </table></div>
      </xsl:for-each>
    </xsl:when>
    <xsl:otherwise><p class="empty">No file was listed or fetched yet: <code>elog-scan</code> and <code>elog-pull</code> do that.</p></xsl:otherwise>
  </xsl:choose>
  <xsl:if test="wanting/row">
    <h2>Not here yet</h2>
    <ul class="problems"><xsl:for-each select="wanting/row"><li><span class="status {status}"><xsl:value-of select="status"/></span><xsl:text> </xsl:text><xsl:value-of select="url"/>
      <xsl:if test="error">: <xsl:value-of select="error"/></xsl:if></li></xsl:for-each></ul>
  </xsl:if>
  <xsl:if test="scans/row">
    <h2>Directories that could not be listed</h2>
    <ul class="problems"><xsl:for-each select="scans/row"><li><xsl:value-of select="url"/>: <xsl:value-of select="message"/></li></xsl:for-each></ul>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>
