<?xml version="1.0" encoding="UTF-8"?>
<!-- /jobs: the tree of jobs, or those that a query selects. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <form class="filter query" action="/jobs">
    <label class="wide">Jobs with <textarea name="q" rows="1" cols="60" spellcheck="false" placeholder="task == 'refine' and Rfactor &lt; 0.25"><xsl:value-of select="parameter[@name='q']"/></textarea></label>
    <button>Show</button>
    <xsl:if test="parameter"><a href="/jobs">All</a></xsl:if>
  </form>
  <xsl:choose>
    <xsl:when test="mistake"><div class="mistake" role="alert"><p><xsl:value-of select="mistake/message"/></p></div></xsl:when>
    <xsl:when test="jobs/row"><xsl:call-template name="table"><xsl:with-param name="of" select="jobs"/><xsl:with-param name="caption">Jobs</xsl:with-param></xsl:call-template></xsl:when>
    <xsl:when test="jobs"><p class="empty">No job is as asked for.</p></xsl:when>
    <xsl:when test="tree/row">
      <div class="scroll" tabindex="0" role="region" aria-label="Jobs">
      <table class="stacks">
        <thead><tr><th scope="col">Job</th><th scope="col">Task</th><th scope="col">Status</th><th scope="col">Begun</th>
          <th scope="col" class="n">Seconds</th><th scope="col">Figures</th><th scope="col">About</th></tr></thead>
        <tbody><xsl:for-each select="tree/row"><tr>
          <th scope="row" class="in{depth}"><a href="/jobs/{e:part(string(uuid))}"><xsl:value-of select="number"/></a>
            <xsl:if test="depth = 0"><xsl:text> </xsl:text><span class="faint"><xsl:value-of select="project"/></span></xsl:if></th>
          <td data-label="Task"><xsl:value-of select="task"/><xsl:if test="title"><span class="what"><xsl:value-of select="title"/></span></xsl:if></td>
          <td data-label="Status"><span class="status job-{status}"><xsl:value-of select="status"/></span></td>
          <td data-label="Begun"><xsl:call-template name="time"><xsl:with-param name="at" select="started_at"/></xsl:call-template></td>
          <td class="n" data-label="Seconds"><xsl:value-of select="seconds"/></td>
          <td data-label="Figures"><xsl:value-of select="figures"/></td>
          <td data-label="About"><xsl:if test="experiment"><a href="/e/{e:part(string(experiment))}/runs/{e:part(string(run_number))}"><xsl:value-of select="experiment"/><xsl:text> </xsl:text><xsl:value-of select="run_number"/></a></xsl:if></td>
        </tr></xsl:for-each></tbody>
      </table>
      </div>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="tree/row[1]/more = 1"/></xsl:call-template>
    </xsl:when>
    <xsl:otherwise><p class="empty">No job was run yet: <code>elog-job run</code> runs any command as one.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>
</xsl:stylesheet>
