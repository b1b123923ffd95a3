<?xml version="1.0" encoding="UTF-8"?>
<!-- /: the experiments. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <form class="filter" action="/">
    <label>Filter <input type="search" name="q" value="{parameter[@name='q']}"
      placeholder="name, instrument, person, words" data-filter="experiments" autocomplete="off"/></label>
    <button>Filter</button>
    <span class="faint" role="status" data-count="experiments"><xsl:value-of select="e:count(string(all/row/n))"/> experiments</span>
  </form>
  <xsl:if test="problems/row">
    <details class="note">
      <summary><xsl:value-of select="count(problems/row)"/> did not come whole</summary>
      <xsl:call-template name="problems"/>
    </details>
  </xsl:if>
  <xsl:choose>
    <xsl:when test="rows/row">
      <div class="scroll" tabindex="0" role="region" aria-label="Experiments">
      <table id="experiments" class="stacks">
        <xsl:if test="all/row/n != count(rows/row)"><xsl:attribute name="data-part">1</xsl:attribute></xsl:if>
        <thead><tr>
          <th scope="col">Experiment</th><th scope="col">Instrument</th>
          <th scope="col">Principal investigator</th><th scope="col">Began</th>
          <th scope="col">Ended</th><th scope="col" class="n">Runs</th>
          <th scope="col" class="n">Entries</th><th scope="col">As of</th>
        </tr></thead>
        <tbody>
        <xsl:for-each select="rows/row[position() &lt;= 200]">
          <xsl:variable name="href" select="concat('/e/', e:part(string(name)))"/>
          <tr>
            <th scope="row"><a href="{$href}">
              <xsl:choose>
                <xsl:when test="label"><xsl:value-of select="label"/></xsl:when>
                <xsl:otherwise><xsl:value-of select="name"/></xsl:otherwise>
              </xsl:choose></a>
              <xsl:if test="description"><span class="what"><xsl:value-of select="description"/></span></xsl:if>
            </th>
            <td data-label="Instrument"><xsl:value-of select="instrument"/></td>
            <td data-label="PI"><xsl:value-of select="pi"/></td>
            <td data-label="Began"><xsl:call-template name="day"><xsl:with-param name="at" select="start_time"/></xsl:call-template></td>
            <td data-label="Ended"><xsl:call-template name="day"><xsl:with-param name="at" select="end_time"/></xsl:call-template></td>
            <td class="n" data-label="Runs"><a href="{$href}/runs"><xsl:value-of select="e:count(string(runs))"/></a></td>
            <td class="n" data-label="Entries"><a href="{$href}/entries"><xsl:value-of select="e:count(string(entries))"/></a></td>
            <td data-label="As of">
              <xsl:call-template name="time"><xsl:with-param name="at" select="completed_at"/></xsl:call-template>
              <xsl:if test="status and status != 'complete'"><xsl:text> </xsl:text>
                <xsl:call-template name="status"><xsl:with-param name="of" select="status"/></xsl:call-template></xsl:if>
            </td>
          </tr>
        </xsl:for-each>
        </tbody>
      </table>
      </div>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="count(rows/row) &gt; 200"/></xsl:call-template>
    </xsl:when>
    <xsl:when test="parameter[@name='q']">
      <p class="empty">No experiment has <strong><xsl:value-of select="parameter[@name='q']"/></strong>
      in its name, instrument, person or description. <a href="/">All of them</a></p>
    </xsl:when>
    <xsl:otherwise>
      <p class="empty">There is no experiment in this database yet. <code>elog-sync.sh</code> brings them.</p>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
