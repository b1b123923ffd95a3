<?xml version="1.0" encoding="UTF-8"?>
<!-- Jobs and files before and behind a job or a file: a graph, and the same as a list. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">

<xsl:template name="graph">
  <xsl:param name="open" select="false()"/>
  <xsl:if test="graph/@cut">
    <p class="note">Only the nearest jobs and files are drawn; those with a dashed edge have more.
      All, as rows: <xsl:choose>
        <xsl:when test="job"><a href="/jobs/{e:part(string(job))}/lineage.csv">CSV</a>, <a href="/jobs/{e:part(string(job))}/lineage.json">JSON</a></xsl:when>
        <xsl:otherwise><a href="{e:as('csv')}">CSV</a>, <a href="{e:as('json')}">JSON</a></xsl:otherwise></xsl:choose>.</p>
  </xsl:if>
  <div class="scroll graph" tabindex="0" role="region" aria-label="Lineage">
    <svg class="lineage" viewBox="0 0 {graph/@width} {graph/@height}" width="{graph/@width}" height="{graph/@height}" role="group" aria-label="From left to right: what came of what. The list below says the same.">
      <defs><marker id="tip" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>
      <xsl:for-each select="graph/edge"><path class="edge" d="{@d}" marker-end="url(#tip)"/></xsl:for-each>
      <xsl:for-each select="graph/file">
        <a href="/lineage?of={e:part(string(path))}">
          <xsl:call-template name="box"><xsl:with-param name="r" select="2"/></xsl:call-template>
        </a>
      </xsl:for-each>
      <xsl:for-each select="graph/job">
        <a href="/jobs/{e:part(string(job))}">
          <xsl:call-template name="box"><xsl:with-param name="r" select="9"/></xsl:call-template>
        </a>
      </xsl:for-each>
    </svg>
  </div>
  <details>
    <xsl:if test="$open"><xsl:attribute name="open">open</xsl:attribute></xsl:if>
    <summary>The same as a list</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Lineage as a list">
    <table>
      <caption>What read and wrote what</caption>
      <thead><tr><th scope="col">Where</th><th scope="col">Job</th><th scope="col">Status</th><th scope="col">Use</th><th scope="col">Role</th><th scope="col">File</th><th scope="col">Imported from</th><th scope="col">Run</th></tr></thead>
      <tbody>
        <xsl:for-each select="uses/row"><tr>
          <td><xsl:choose><xsl:when test="way = 'up'">before</xsl:when><xsl:otherwise>behind</xsl:otherwise></xsl:choose></td>
          <th scope="row"><a href="/jobs/{e:part(string(job))}"><xsl:value-of select="number"/><xsl:text> </xsl:text><xsl:value-of select="task"/></a></th>
          <td><span class="status job-{status}"><xsl:value-of select="status"/></span></td>
          <td><xsl:choose><xsl:when test="direction = 'IN'">read</xsl:when><xsl:otherwise>wrote</xsl:otherwise></xsl:choose></td>
          <td><xsl:value-of select="role"/></td>
          <td><a href="/lineage?of={e:part(string(path))}"><xsl:value-of select="path"/></a></td>
          <td><xsl:value-of select="imported_from"/></td>
          <td class="whole"><xsl:if test="experiment and run"><a href="/e/{e:part(string(experiment))}/runs/{e:part(string(run))}"><xsl:value-of select="experiment"/><xsl:text> </xsl:text><xsl:value-of select="run"/></a></xsl:if></td>
        </tr></xsl:for-each>
      </tbody>
    </table>
    </div>
  </details>
</xsl:template>

<!-- A job or a file, in two lines. -->
<xsl:template name="box">
  <xsl:param name="r"/>
  <xsl:attribute name="class"><xsl:value-of select="name()"/><xsl:if test="@this"> this</xsl:if></xsl:attribute>
  <xsl:if test="@this"><xsl:attribute name="id">this</xsl:attribute></xsl:if>
  <title><xsl:choose>
    <xsl:when test="self::job"><xsl:value-of select="number"/><xsl:text> </xsl:text><xsl:value-of select="task"/>: <xsl:value-of select="status"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="path"/><xsl:if test="imported_from">, imported from <xsl:value-of select="imported_from"/></xsl:if></xsl:otherwise></xsl:choose></title>
  <xsl:if test="@before"><path class="more" d="M{@x - 14},{@y + @h div 2} h14"/></xsl:if>
  <xsl:if test="@behind"><path class="more" d="M{@x + @w},{@y + @h div 2} h14"/></xsl:if>
  <rect x="{@x}" y="{@y}" width="{@w}" height="{@h}" rx="{$r}">
    <xsl:if test="@before or @behind"><xsl:attribute name="class">more</xsl:attribute></xsl:if>
  </rect>
  <text x="{@x + 10}" y="{@y + 18}"><xsl:choose>
    <xsl:when test="self::job"><xsl:call-template name="short"><xsl:with-param name="of" select="concat(number, ' ', task)"/><xsl:with-param name="most" select="20"/></xsl:call-template></xsl:when>
    <xsl:otherwise>
      <xsl:variable name="base"><xsl:call-template name="base"><xsl:with-param name="path" select="string(path)"/></xsl:call-template></xsl:variable>
      <xsl:call-template name="short"><xsl:with-param name="of" select="string($base)"/><xsl:with-param name="most" select="25"/></xsl:call-template>
    </xsl:otherwise></xsl:choose></text>
  <xsl:if test="self::job or imported_from"><text x="{@x + 10}" y="{@y + 34}" class="second"><xsl:choose>
    <xsl:when test="self::job">
      <tspan class="job-{status}"><xsl:value-of select="status"/></tspan>
      <xsl:if test="run"><xsl:text> · run </xsl:text><xsl:value-of select="substring(run, 1, 8)"/></xsl:if></xsl:when>
    <xsl:when test="imported_from">from <xsl:call-template name="tail"><xsl:with-param name="of" select="string(imported_from)"/><xsl:with-param name="most" select="24"/></xsl:call-template></xsl:when>
  </xsl:choose></text></xsl:if>
</xsl:template>

<!-- The name of a file without its directory. -->
<xsl:template name="base">
  <xsl:param name="path"/>
  <xsl:choose>
    <xsl:when test="contains($path, '/') and substring-after($path, '/')"><xsl:call-template name="base"><xsl:with-param name="path" select="substring-after($path, '/')"/></xsl:call-template></xsl:when>
    <xsl:otherwise><xsl:value-of select="$path"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- The beginning, or the end, of a text that is too long. -->
<xsl:template name="short">
  <xsl:param name="of"/><xsl:param name="most"/>
  <xsl:choose>
    <xsl:when test="string-length($of) &gt; $most"><xsl:value-of select="substring($of, 1, $most - 1)"/>…</xsl:when>
    <xsl:otherwise><xsl:value-of select="$of"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>
<xsl:template name="tail">
  <xsl:param name="of"/><xsl:param name="most"/>
  <xsl:choose>
    <xsl:when test="string-length($of) &gt; $most">…<xsl:value-of select="substring($of, string-length($of) - $most + 2)"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="$of"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
