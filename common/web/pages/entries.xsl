<?xml version="1.0" encoding="UTF-8"?>
<!-- /e/NAME/entries: the logbook as people read it; /e/NAME/entries/ID: one entry, in the
     discussion that it belongs to. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="elog" exclude-result-prefixes="e">
<xsl:import href="layout.xsl"/>
<xsl:key name="tags" match="/page/tags/row" use="entry_id"/>
<xsl:key name="files" match="/page/files/row" use="entry_id"/>
<xsl:variable name="base" select="concat('/e/', e:part(string(/page/experiment)))"/>
<xsl:variable name="list" select="concat($base, '/entries')"/>

<xsl:template name="content">
  <xsl:choose>
    <xsl:when test="entry"><xsl:call-template name="one"/></xsl:when>
    <xsl:otherwise><xsl:call-template name="all"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="one">
  <p><a href="{$list}">All entries</a>
    <xsl:text> · </xsl:text>
    <xsl:choose>
      <xsl:when test="parameter[@name='deleted']"><a href="{e:here('deleted', '')}">Without deleted entries and older versions</a></xsl:when>
      <xsl:otherwise><a href="{e:here('deleted', '1')}">With deleted entries and older versions</a></xsl:otherwise>
    </xsl:choose>
  </p>
  <xsl:choose>
    <xsl:when test="threads/row"><xsl:apply-templates select="threads/row"/></xsl:when>
    <xsl:otherwise><p class="empty">There is no entry <strong><xsl:value-of select="entry"/></strong> in this database.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="all">
  <form class="filter" action="{$list}">
    <label>Author <input name="author" value="{parameter[@name='author']}" list="authors" size="12"/></label>
    <datalist id="authors"><xsl:for-each select="authors/row"><option value="{author}"/></xsl:for-each></datalist>
    <label>Tag <input name="tag" value="{parameter[@name='tag']}" list="tags" size="12"/></label>
    <datalist id="tags"><xsl:for-each select="all_tags/row"><option value="{tag}"/></xsl:for-each></datalist>
    <label>Run <input name="run" value="{parameter[@name='run']}" size="6"/></label>
    <label>From <input type="date" name="from" value="{substring(parameter[@name='from'], 1, 10)}"/></label>
    <label>To <input type="date" name="to" value="{substring(parameter[@name='to'], 1, 10)}"/></label>
    <label class="check"><input type="checkbox" name="deleted" value="1">
      <xsl:if test="parameter[@name='deleted']"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if>
    </input> Deleted and older</label>
    <button>Show</button>
    <xsl:if test="parameter"><a href="{$list}">All</a></xsl:if>
  </form>
  <xsl:choose>
    <xsl:when test="threads/row">
      <xsl:apply-templates select="threads/row"/>
      <xsl:call-template name="turn"><xsl:with-param name="more" select="threads/row[1]/more = 1"/></xsl:call-template>
      <p class="faint keys">Keys: <kbd>j</kbd> the next entry, <kbd>k</kbd> the one before, <kbd>o</kbd> open it, <kbd>/</kbd> search.</p>
    </xsl:when>
    <xsl:when test="parameter"><p class="empty">No entry is as asked for. <a href="{$list}">All entries</a></p></xsl:when>
    <xsl:otherwise><p class="empty">Nobody has written anything in this logbook yet.</p></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="threads/row">
  <xsl:variable name="id" select="entry_id"/>
  <article class="entry d{depth}" tabindex="-1" id="e-{entry_id}" aria-label="Entry by {author}">
    <xsl:attribute name="class">
      <xsl:text>entry d</xsl:text><xsl:value-of select="depth"/>
      <xsl:if test="deleted_by"> deleted</xsl:if>
      <xsl:if test="wanted = 1"> wanted</xsl:if>
    </xsl:attribute>
    <p class="by">
      <strong><a href="{$list}?author={e:part(string(author))}"><xsl:value-of select="author"/></a></strong>
      <xsl:text> </xsl:text>
      <a class="at" href="{$list}/{e:part(string(entry_id))}"><xsl:call-template name="time"><xsl:with-param name="at" select="created_at"/></xsl:call-template></a>
      <xsl:if test="run_number">
        <xsl:text> </xsl:text>
        <a href="{$base}/runs/{e:part(string(run_number))}"><xsl:attribute name="class">run<xsl:if test="run_inferred = 1"> inferred</xsl:if></xsl:attribute>
          <xsl:if test="run_inferred = 1"><xsl:attribute name="title">the run that was going on</xsl:attribute></xsl:if>
          <xsl:text>run </xsl:text><xsl:value-of select="run_number"/></a>
      </xsl:if>
      <xsl:for-each select="key('tags', $id)">
        <xsl:text> </xsl:text><a class="tag" href="{$list}?tag={e:part(string(tag))}"><xsl:value-of select="tag"/></a>
      </xsl:for-each>
      <xsl:if test="previous_version"><xsl:text> </xsl:text>
        <a class="faint" href="{$list}/{e:part(string(entry_id))}?deleted=1">edited</a></xsl:if>
      <xsl:if test="depth = 0 and parent and not(older)"><xsl:text> </xsl:text>
        <a class="faint" href="{$list}/{e:part(string(parent))}">in answer to another</a></xsl:if>
      <xsl:if test="deleted_by"><xsl:text> </xsl:text>
        <span class="status failed"><xsl:choose>
          <xsl:when test="older">older version, replaced by </xsl:when>
          <xsl:otherwise>deleted by </xsl:otherwise></xsl:choose>
          <xsl:value-of select="deleted_by"/></span><xsl:text> </xsl:text>
        <xsl:call-template name="time"><xsl:with-param name="at" select="deleted_at"/></xsl:call-template></xsl:if>
    </p>
    <xsl:if test="title"><h2 class="subject"><xsl:value-of select="title"/></h2></xsl:if>
    <div class="text"><xsl:value-of select="content"/></div>
    <xsl:if test="cut"><p><a href="{$list}/{e:part(string(entry_id))}">The whole text, <xsl:value-of select="e:size(string(cut))"/></a></p></xsl:if>
    <xsl:if test="html = 1">
      <details class="laid-out"><summary>As it was laid out</summary>
        <iframe sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy"
          src="{$list}/{e:part(string(entry_id))}/html" title="Entry by {author} as it was laid out"></iframe>
      </details>
    </xsl:if>
    <xsl:if test="key('files', $id)">
      <ul class="files"><xsl:for-each select="key('files', $id)">
        <li><xsl:variable name="file" select="concat($list, '/', e:part(string(entry_id)), '/files/', e:part(string(id)))"/>
        <xsl:choose>
          <xsl:when test="here = 1 and image = 1"><a href="{$file}"><img src="{$file}" alt="{name}" loading="lazy"/></a></xsl:when>
          <xsl:when test="here = 1"><a href="{$file}"><xsl:value-of select="name"/></a></xsl:when>
          <xsl:when test="/page/service"><a rel="noreferrer" href="{/page/service}/{e:part(string(/page/experiment))}/ws/attachment?entry_id={e:part(string(entry_id))}&amp;attachment_id={e:part(string(id))}"><xsl:value-of select="name"/></a>
            <span class="faint"> at the service</span></xsl:when>
          <xsl:otherwise><xsl:value-of select="name"/><span class="faint"> not pulled</span></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="size"><span class="faint"><xsl:text> </xsl:text><xsl:value-of select="e:size(string(size))"/></span></xsl:if>
        </li>
      </xsl:for-each></ul>
    </xsl:if>
  </article>
</xsl:template>
</xsl:stylesheet>
