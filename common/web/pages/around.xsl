<?xml version="1.0" encoding="UTF-8"?>
<!-- /e/NAME/runs/NUMBER: a run, the entries around it, its conditions. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:variable name="base" select="concat('/e/', e:part(string(/page/experiment)))"/>

<xsl:template name="title">
  <xsl:choose>
    <xsl:when test="here/row/label"><xsl:value-of select="here/row/label"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="experiment"/></xsl:otherwise>
  </xsl:choose>
  <xsl:text>: run </xsl:text><xsl:value-of select="run"/>
</xsl:template>

<xsl:template name="content">
  <xsl:choose>
    <xsl:when test="rows/row"><xsl:for-each select="rows/row"><xsl:call-template name="found"/></xsl:for-each></xsl:when>
    <xsl:otherwise><p class="empty">There is no run <strong><xsl:value-of select="run"/></strong> in this logbook. <a href="/e/{e:part(string(experiment))}/runs">All runs</a></p></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="found">
  <p>
    <xsl:if test="before"><a rel="prev" href="/e/{e:part(string(/page/experiment))}/runs/{e:part(string(before))}">Run <xsl:value-of select="before"/></a> · </xsl:if>
    <a href="/e/{e:part(string(/page/experiment))}/runs">All runs</a>
    <xsl:if test="after"> · <a rel="next" href="/e/{e:part(string(/page/experiment))}/runs/{e:part(string(after))}">Run <xsl:value-of select="after"/></a></xsl:if>
  </p>
  <dl class="facts">
    <dt>Began</dt><dd><xsl:call-template name="time"><xsl:with-param name="at" select="start_time"/></xsl:call-template></dd>
    <xsl:if test="end_time"><dt>Ended</dt><dd><xsl:call-template name="time"><xsl:with-param name="at" select="end_time"/></xsl:call-template>
      <xsl:if test="seconds"> (<xsl:value-of select="e:count(string(seconds))"/> s)</xsl:if></dd></xsl:if>
    <xsl:if test="type"><dt>Type</dt><dd><xsl:value-of select="type"/></dd></xsl:if>
    <xsl:if test="sample"><dt>Sample</dt><dd><xsl:value-of select="sample"/></dd></xsl:if>
  </dl>
  <h2 id="entries">Entries around it</h2>
  <xsl:choose>
    <xsl:when test="/page/entries/row">
      <xsl:for-each select="/page/entries/row">
        <article class="entry d0">
          <p class="by"><strong><xsl:value-of select="author"/></strong><xsl:text> </xsl:text>
            <a class="at" href="/e/{e:part(string(/page/experiment))}/entries/{e:part(string(entry_id))}"><xsl:call-template name="time"><xsl:with-param name="at" select="created_at"/></xsl:call-template></a>
            <xsl:if test="own = 1"><xsl:text> </xsl:text><span class="run">of this run</span></xsl:if></p>
          <xsl:if test="title"><h3 class="subject"><xsl:value-of select="title"/></h3></xsl:if>
          <div class="text"><xsl:value-of select="content"/></div>
        </article>
      </xsl:for-each>
    </xsl:when>
    <xsl:otherwise><p class="empty">Nothing was written within half an hour of this run.</p></xsl:otherwise>
  </xsl:choose>
  <xsl:if test="/page/conditions/row">
    <h2 id="conditions">Conditions</h2>
    <p><label>Find <input type="search" data-filter="values" autocomplete="off" placeholder="part of a name"/></label>
      <xsl:text> </xsl:text><span class="faint" role="status" data-count="values"><xsl:value-of select="e:count(string(count(/page/conditions/row)))"/> conditions</span></p>
    <div class="scroll" tabindex="0" role="region" aria-label="Conditions">
    <table id="values">
      <thead><tr><th scope="col">Condition</th><th scope="col">Value</th></tr></thead>
      <tbody><xsl:for-each select="/page/conditions/row"><tr>
        <th scope="row"><xsl:choose>
          <xsl:when test="number = 1"><a href="/e/{e:part(string(/page/experiment))}/plot?v={e:part(string(quoted))}"><xsl:value-of select="name"/></a></xsl:when>
          <xsl:otherwise><xsl:value-of select="name"/></xsl:otherwise></xsl:choose>
          <xsl:if test="description"><span class="what"><xsl:value-of select="description"/></span></xsl:if></th>
        <td><xsl:value-of select="value"/></td>
      </tr></xsl:for-each></tbody>
    </table>
    </div>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>
