<?xml version="1.0" encoding="UTF-8"?>
<!-- The HTML of an entry, cleaned, for a frame of its own. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>
<xsl:template match="/page">
<html lang="en"><head>
<meta name="color-scheme" content="light dark"/>
<title>Entry</title></head>
<body><xsl:copy-of select="html/node()"/></body></html>
</xsl:template>
</xsl:stylesheet>
