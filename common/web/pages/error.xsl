<?xml version="1.0" encoding="UTF-8"?>
<!-- What is wrong, in words. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="layout.xsl"/>

<xsl:template name="content">
  <p class="empty"><xsl:value-of select="message"/></p>
  <p><a href="/">To the experiments</a></p>
</xsl:template>
</xsl:stylesheet>
