<?xml version="1.0" encoding="UTF-8"?>
<!-- What all pages have: head, menu, foot.  A page imports it and defines the template
     "content"; it may define "head" for a script of its own. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>
<xsl:strip-space elements="*"/>

<xsl:template match="/page">
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title><xsl:call-template name="title"/> – elog</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml"/>
<link rel="stylesheet" href="/static/style.css"/>
<script src="/static/elog.js" defer="defer"></script>
<xsl:call-template name="head"/>
</head>
<body class="page-{@name}" data-version="{@version}">
<a class="skip" href="#main">To the contents</a>
<header>
  <nav aria-label="Pages">
    <a class="brand" href="/">elog</a>
    <xsl:for-each select="menu/row">
      <a href="{href}">
        <xsl:if test="current"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:if>
        <xsl:value-of select="name"/>
      </a>
    </xsl:for-each>
  </nav>
  <form action="/search" role="search">
    <input type="search" name="q" aria-label="Search everything" placeholder="Search everything"/>
  </form>
</header>
<main id="main" tabindex="-1">
  <h1><xsl:call-template name="title"/></h1>
  <xsl:if test="here/row and tabs/row">
    <nav class="tabs" aria-label="This experiment">
      <xsl:for-each select="tabs/row">
        <a href="{href}">
          <xsl:if test="current"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:if>
          <xsl:value-of select="name"/>
        </a>
      </xsl:for-each>
    </nav>
  </xsl:if>
  <xsl:choose>
    <xsl:when test="experiment and not(here/row)">
      <p class="empty">The experiment <strong><xsl:value-of select="experiment"/></strong> is
      not in this database. <a href="/">All that are</a></p>
    </xsl:when>
    <xsl:otherwise><xsl:call-template name="content"/></xsl:otherwise>
  </xsl:choose>
</main>
<footer>
  <p>
    <xsl:if test="fresh/row/last_update">As of <xsl:call-template name="time">
      <xsl:with-param name="at" select="fresh/row/last_update"/></xsl:call-template>. </xsl:if>
    <xsl:if test="@self and @rows">Rows: <a href="{e:as('csv')}">CSV</a>, <a href="{e:as('json')}">JSON</a>. </xsl:if>
    <xsl:value-of select="database"/>
    <xsl:text> </xsl:text>
    <span class="version">elog <xsl:value-of select="@elog"/></span>
  </p>
</footer>
</body>
</html>
</xsl:template>

<xsl:template name="head"/>
<xsl:template name="title">
  <xsl:choose>
    <xsl:when test="here/row/label"><xsl:value-of select="here/row/label"/></xsl:when>
    <xsl:when test="experiment"><xsl:value-of select="experiment"/></xsl:when>
    <xsl:otherwise><xsl:value-of select="title"/></xsl:otherwise>
  </xsl:choose>
  <xsl:if test="experiment and @name != 'experiment'">
    <xsl:text>: </xsl:text><xsl:value-of select="title"/>
  </xsl:if>
</xsl:template>

<!-- A time: to the minute in UTC; the script shows it in the reader's zone. -->
<xsl:template name="time">
  <xsl:param name="at"/>
  <xsl:if test="string($at)">
    <time datetime="{$at}" title="{$at}"><xsl:value-of select="e:time(string($at))"/></time>
  </xsl:if>
</xsl:template>

<!-- A day. -->
<xsl:template name="day">
  <xsl:param name="at"/>
  <xsl:if test="string($at)">
    <time class="day" datetime="{$at}" title="{$at}"><xsl:value-of select="substring($at, 1, 10)"/></time>
  </xsl:if>
</xsl:template>

<!-- How a fetch ended, in a word and a colour. -->
<xsl:template name="status">
  <xsl:param name="of"/>
  <xsl:if test="string($of)">
    <span class="status {$of}"><xsl:value-of select="$of"/></span>
  </xsl:if>
</xsl:template>

<!-- A table whose columns a person chose (view_table). -->
<xsl:template name="table">
  <xsl:param name="of"/>
  <xsl:param name="caption"/>
  <div class="scroll" tabindex="0" role="region" aria-label="{$caption}">
  <table>
    <caption><xsl:value-of select="$caption"/></caption>
    <thead><tr>
      <xsl:for-each select="$of/columns/c"><th scope="col"><xsl:value-of select="."/></th></xsl:for-each>
    </tr></thead>
    <tbody>
      <xsl:for-each select="$of/row">
        <tr><xsl:for-each select="c"><td>
          <xsl:if test="@k"><xsl:attribute name="class"><xsl:value-of select="@k"/></xsl:attribute></xsl:if>
          <xsl:choose>
            <xsl:when test="@k = 't'"><xsl:call-template name="time"><xsl:with-param name="at" select="."/></xsl:call-template></xsl:when>
            <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
          </xsl:choose>
        </td></xsl:for-each></tr>
      </xsl:for-each>
    </tbody>
  </table>
  </div>
</xsl:template>

<!-- Links to the page before and the next one, by the parameter "page". -->
<xsl:template name="turn">
  <xsl:param name="more"/>
  <xsl:variable name="page">
    <xsl:choose>
      <xsl:when test="number(parameter[@name='page']) &gt; 1"><xsl:value-of select="floor(number(parameter[@name='page']))"/></xsl:when>
      <xsl:otherwise>1</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:if test="$more or $page &gt; 1">
    <nav class="turn" aria-label="More">
      <xsl:if test="$page &gt; 1"><a rel="prev" href="{e:here('page', string($page - 1))}">← Page <xsl:value-of select="$page - 1"/></a></xsl:if>
      <xsl:if test="$more"><a rel="next" href="{e:here('page', string($page + 1))}">Page <xsl:value-of select="$page + 1"/> →</a></xsl:if>
    </nav>
  </xsl:if>
</xsl:template>

<!-- What did not come: rows of fetches. -->
<xsl:template name="problems">
  <ul class="problems">
    <xsl:for-each select="problems/row">
      <li>
        <xsl:call-template name="status"><xsl:with-param name="of" select="status"/></xsl:call-template>
        <xsl:text> </xsl:text>
        <xsl:choose>
          <xsl:when test="here = 1"><a href="/e/{e:part(string(experiment))}"><xsl:value-of select="experiment"/></a></xsl:when>
          <xsl:otherwise><strong><xsl:value-of select="experiment"/></strong></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="stream">: <xsl:value-of select="stream"/></xsl:if>
        <xsl:if test="message">: <xsl:value-of select="message"/></xsl:if>
        <xsl:if test="fetched_at"><xsl:text> </xsl:text><span class="faint"><xsl:call-template name="time">
          <xsl:with-param name="at" select="fetched_at"/></xsl:call-template></span></xsl:if>
      </li>
    </xsl:for-each>
  </ul>
</xsl:template>
</xsl:stylesheet>
