<?xml version="1.0" encoding="UTF-8"?>
<!-- /e/NAME: what an experiment is. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:import href="timeline.xsl"/>
<xsl:key name="category" match="/page/questionnaire/row" use="category"/>

<xsl:template name="fact">
  <xsl:param name="name"/>
  <xsl:param name="is"/>
  <xsl:if test="string($is)"><dt><xsl:value-of select="$name"/></dt><dd><xsl:value-of select="$is"/></dd></xsl:if>
</xsl:template>

<xsl:template name="content">
  <xsl:for-each select="rows/row">
    <xsl:if test="description"><p class="lead"><xsl:value-of select="description"/></p></xsl:if>
    <dl class="facts">
      <xsl:call-template name="fact"><xsl:with-param name="name">Instrument</xsl:with-param><xsl:with-param name="is" select="instrument"/></xsl:call-template>
      <xsl:call-template name="fact"><xsl:with-param name="name">Principal investigator</xsl:with-param>
        <xsl:with-param name="is"><xsl:value-of select="pi"/><xsl:if test="pi_email"> (<xsl:value-of select="pi_email"/>)</xsl:if></xsl:with-param></xsl:call-template>
      <dt>From</dt><dd><xsl:call-template name="time"><xsl:with-param name="at" select="start_time"/></xsl:call-template></dd>
      <xsl:if test="end_time"><dt>To</dt><dd><xsl:call-template name="time"><xsl:with-param name="at" select="end_time"/></xsl:call-template></dd></xsl:if>
      <xsl:call-template name="fact"><xsl:with-param name="name">Proposal</xsl:with-param><xsl:with-param name="is" select="proposal"/></xsl:call-template>
      <xsl:call-template name="fact"><xsl:with-param name="name">Leader</xsl:with-param><xsl:with-param name="is" select="leader_account"/></xsl:call-template>
      <xsl:call-template name="fact"><xsl:with-param name="name">Group</xsl:with-param><xsl:with-param name="is" select="posix_group"/></xsl:call-template>
      <dt>Runs</dt><dd><a href="/e/{e:part(string(name))}/runs"><xsl:value-of select="e:count(string(/page/counts/row/runs))"/></a></dd>
      <dt>Entries</dt><dd><a href="/e/{e:part(string(name))}/entries"><xsl:value-of select="e:count(string(/page/counts/row/entries))"/></a></dd>
      <dt>Files</dt><dd><xsl:value-of select="e:count(string(/page/counts/row/files))"/>
        <xsl:if test="/page/counts/row/bytes"> (<xsl:value-of select="e:size(string(/page/counts/row/bytes))"/>)</xsl:if></dd>
      <xsl:for-each select="/page/fetch/row">
        <dt>As of</dt><dd><xsl:call-template name="time"><xsl:with-param name="at" select="completed_at"/></xsl:call-template>
          <xsl:if test="status != 'complete'"><xsl:text> </xsl:text>
            <xsl:call-template name="status"><xsl:with-param name="of" select="status"/></xsl:call-template>
            <xsl:text> </xsl:text><xsl:value-of select="stream"/>: <xsl:value-of select="message"/></xsl:if></dd>
      </xsl:for-each>
    </dl>
  </xsl:for-each>
  <xsl:if test="timeline"><xsl:call-template name="timeline"/></xsl:if>
  <xsl:if test="people/row">
    <h2>People</h2>
    <ul class="chips"><xsl:for-each select="people/row"><li>
      <xsl:choose><xsl:when test="full_name"><xsl:value-of select="full_name"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="uid"/></xsl:otherwise></xsl:choose>
      <xsl:if test="roles"><xsl:text> </xsl:text><span class="faint"><xsl:value-of select="roles"/></span></xsl:if>
    </li></xsl:for-each></ul>
  </xsl:if>
  <xsl:if test="samples/row">
    <h2>Samples</h2>
    <dl class="facts"><xsl:for-each select="samples/row">
      <dt><xsl:value-of select="name"/></dt><dd><xsl:value-of select="description"/></dd>
    </xsl:for-each></dl>
  </xsl:if>
  <xsl:if test="questionnaire/row">
    <h2>Questionnaire</h2>
    <xsl:for-each select="questionnaire/row[generate-id() = generate-id(key('category', category)[1])]">
      <details><summary><xsl:value-of select="category"/></summary>
      <dl class="facts">
        <xsl:for-each select="key('category', category)">
          <dt><xsl:value-of select="field"/></dt><dd class="text"><xsl:value-of select="value"/></dd>
        </xsl:for-each>
      </dl></details>
    </xsl:for-each>
  </xsl:if>
</xsl:template>
</xsl:stylesheet>
