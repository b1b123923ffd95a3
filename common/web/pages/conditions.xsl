<?xml version="1.0" encoding="UTF-8"?>
<!-- /conditions: the names that runs can be asked for. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <form class="filter" action="/conditions">
    <label>Part of a name <input type="search" name="find" value="{parameter[@name='find']}"/></label>
    <button>Find</button>
    <span class="faint"><xsl:value-of select="e:count(string(all/row/n))"/> conditions</span>
  </form>
  <xsl:choose>
    <xsl:when test="rows/row">
      <div class="scroll" tabindex="0" role="region" aria-label="Conditions">
      <table>
        <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col" class="n">Experiments</th>
          <th scope="col">Description</th></tr></thead>
        <tbody><xsl:for-each select="rows/row"><tr>
          <th scope="row"><a href="/runs?v={e:part(string(quoted))}"><xsl:value-of select="name"/></a></th>
          <td><xsl:value-of select="value_type"/></td><td class="n"><xsl:value-of select="experiments"/></td>
          <td><xsl:value-of select="description"/></td>
        </tr></xsl:for-each></tbody>
      </table>
      </div>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="count(rows/row) = 500"/></xsl:call-template>
    </xsl:when>
    <xsl:otherwise><p class="empty">There is no such condition.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
