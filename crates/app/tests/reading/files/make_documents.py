"""Makes the documents of this folder: by hand where a fault is wanted, and by the programs that people use.

    python3 -m venv v && v/bin/pip install python-docx openpyxl reportlab fpdf2 uharfbuzz
    PATH=v/bin:$PATH python3 make_documents.py      # LibreOffice and Ghostscript from Debian

The names tell who made what: `lo-` LibreOffice, `gs-` Ghostscript, `pydocx-`, `openpyxl-`, `reportlab-`, `fpdf-`; the rest is
written by hand after the standards.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile

WORDS = {}


def put(name, data, *words, out=()):
    with open(name, "wb") as file:
        file.write(data)
    WORDS[name] = {"in": list(words), "out": list(out)}


def archive(parts, first=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zip:
        if first:
            zip.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name, text in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            zip.writestr(info, text)
    return out.getvalue()


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_R = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def rels(*pairs, strict=False):
    base = STRICT_R if strict else R
    items = "".join(
        f'<Relationship Id="r{at}" Type="{base}/{kind}" Target="{target}"{" TargetMode=%sExternal%s" % (chr(34), chr(34)) if kind == "hyperlink" else ""}/>'
        for at, (kind, target) in enumerate(pairs, 1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{items}</Relationships>'


def types(kind="wordprocessingml.document.main+xml", part="/word/document.xml"):
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}"/></Types>'
    )


def docx(body, more=None, relations=(), strict=False):
    ns = STRICT if strict else W
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{ns}" xmlns:r="{STRICT_R if strict else R}" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="mc" xmlns:wps="wps" xmlns:wp="wp" xmlns:a="a" xmlns:v="v">'
        f"<w:body>{body}</w:body></w:document>"
    )
    parts = {
        "[Content_Types].xml": types(),
        "_rels/.rels": rels(("officeDocument", "word/document.xml"), strict=strict),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": rels(*relations, strict=strict),
    }
    parts.update(more or {})
    return archive(parts)


def p(text, props="", more=""):
    return f'<w:p><w:pPr>{props}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r>{more}</w:p>'


def cell(text, props=""):
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{p(text)}</w:tc>"


STYLES = (
    f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="LB"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
)
NUMBERING = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


def num(list, level=0):
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr>'


body = (
    p("Potatoes", '<w:pStyle w:val="berschrift1"/>')
    + p("Of their kinds", '<w:pStyle w:val="Mine"/>')
    + p("waxy", '<w:pStyle w:val="LB"/>') + p("floury", '<w:pStyle w:val="LB"/>')
    + p("boil", num(2)) + p("in salted water", num(2, 1)) + p("for 20 minutes", num(2, 1)) + p("peel", num(2))
    + p("kept ", "", '<w:ins w:author="Ada"><w:r><w:t>and inserted</w:t></w:r></w:ins><w:del w:author="Ada"><w:r><w:delText>taken out</w:delText></w:r></w:del>')
    + '<w:moveFrom><w:p><w:r><w:t>moved away</w:t></w:r></w:p></w:moveFrom>'
    + '<w:p><w:pPr><w:rPr><w:del w:author="Ada"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">one line </w:t></w:r></w:p><w:p><w:r><w:t>of two</w:t></w:r></w:p>'
    + p("A note", "", '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t xml:space="preserve"> and a remark</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r>')
    + '<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>nobody sees this</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>'
    + '<w:p><w:hyperlink r:id="r4"><w:r><w:t>the farm</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>A&amp;B</w:t><w:br/><w:t>next</w:t><w:noBreakHyphen/><w:t>line</w:t></w:r></w:p>'
    + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE \\@ "d" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1 May</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    + '<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:docPr descr="a field of potatoes"/><a:blip/><wps:txbx><w:txbxContent>' + p("in a box") + '</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>' + p("in a box") + '</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>'
    + '<w:p><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></w:p>'
    + "<w:tbl><w:tr>" + cell("kind") + cell("price") + cell("where") + "</w:tr><w:tr>" + cell("Linda") + cell("both", '<w:gridSpan w:val="2"/>')
    + "</w:tr><w:tr><w:trPr><w:del w:author='Ada'/></w:trPr>" + cell("row that is gone") + "</w:tr><w:tr>" + cell("Nicola") + cell("2 €")
    + "<w:tc><w:tbl><w:tr>" + cell("inner") + cell("table") + "</w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>"
)
NOTES = f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">{p("what the note says")}</w:footnote></w:footnotes>'
COMMENTS = f'<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="Ada Lovelace">{p("is that so?")}</w:comment></w:comments>'
SEEN = (
    "# Potatoes", "## Of their kinds", "- waxy\n- floury", "1. boil\n  1.a) in salted water\n  1.b) for 20 minutes\n2. peel",
    "kept and inserted", "one line of two", "A note[^1] and a remark[comment 1]", "[^1]: what the note says", "[comment 1 by Ada Lovelace: is that so?]",
    "the farm (https://example.org/farm)\tA&B\nnext-line", "1 May", "[picture: a field of potatoes]", "in a box", "(a+b)/(2)x^2",
    "| kind | price | where |\n| --- | --- | --- |\n| Linda | both |  |\n| Nicola | 2 € | inner \\| table |",
)
GONE = ("taken out", "moved away", "nobody sees", "DATE", "row that is gone")
more = {"word/styles.xml": STYLES, "word/numbering.xml": NUMBERING, "word/footnotes.xml": NOTES, "word/comments.xml": COMMENTS, "word/header1.xml": f'<w:hdr xmlns:w="{W}">{p("Potato Farm Ltd")}</w:hdr>'}
relations = [("styles", "styles.xml"), ("numbering", "/word/numbering.xml"), ("footnotes", "footnotes.xml"), ("hyperlink", "https://example.org/farm"), ("comments", "comments.xml"), ("header", "header1.xml")]
put("word.docx", docx(body, more, relations), "Potato Farm Ltd", *SEEN, out=GONE)
put("word-strict.docx", docx(body, more, relations, strict=True), *SEEN, out=GONE)

# XML that wants to grow or to read other files.
laughs = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
with zipfile.ZipFile(io.BytesIO(docx(""))) as old:
    parts = {name: old.read(name) for name in old.namelist()}
parts["word/document.xml"] = laughs + f'<w:document xmlns:w="{W}"><w:body>' + p("before &c;&d; behind") + "</w:body></w:document>"
put("laughs.docx", archive(parts), "before  behind", out=("haha", "root:"))
parts["word/document.xml"] = f'<w:document xmlns:w="{W}"><w:body>' + "<w:tbl><w:tr><w:tc>" * 1000 + p("deep") + "</w:tc></w:tr></w:tbl>" * 1000 + p("behind it") + "</w:body></w:document>"
put("deep.docx", archive(parts), "behind it")
parts["word/document.xml"] = f'<w:document xmlns:w="{W}"><w:body>' + p("UTF-16") + "</w:body></w:document>"
wide = dict(parts)
wide["word/document.xml"] = ('<?xml version="1.0" encoding="UTF-16"?>' + parts["word/document.xml"]).encode("utf-16")
put("utf-16.docx", archive(wide), "UTF-16")

# 2. OpenDocument.
ODF = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = " ".join(
    [f'xmlns:{short}="{ODF}{long}:1.0"' for short, long in [("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("svg", "svg-compatible"), ("presentation", "presentation")]]
    + ['xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"']
)


def odt(text, kind="text", automatic="", more=None):
    content = f'<?xml version="1.0"?><office:document-content {OFFICE}><office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:{kind}>{text}</office:{kind}></office:body></office:document-content>'
    parts = {"content.xml": content, "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.{kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'}
    parts.update(more or {})
    return archive(parts, ("mimetype", f"application/vnd.oasis.opendocument.{kind}"))


text = (
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    '<text:h text:outline-level="2">Potatoes</text:h><text:p>two<text:s text:c="3"/>spaces<text:tab/>tab<text:line-break/>line</text:p>'
    '<text:list text:style-name="L1"><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>below</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>second</text:p></text:list-item></text:list>'
    '<text:p>A note<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>what it says</text:p></text:note-body></text:note>'
    '<office:annotation><dc:creator>Ada</dc:creator><text:p>is that so?</text:p></office:annotation></text:p>'
    '<text:p><text:a xlink:href="https://example.org/">the farm</text:a> <text:span text:style-name="H">nobody sees</text:span></text:p>'
    '<text:p><draw:frame><draw:image/><svg:desc>a field</svg:desc></draw:frame><draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame></text:p>'
    "<table:table table:name='T'><table:table-column table:number-columns-repeated='2'/><table:table-row><table:table-cell><text:p>kind</text:p></table:table-cell><table:table-cell><text:p>price</text:p></table:table-cell></table:table-row>"
    '<table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>same</text:p></table:table-cell></table:table-row></table:table>'
)
automatic = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-bullet text:level="2"/></text:list-style>'
    '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
)
put(
    "text.odt", odt(text, automatic=automatic),
    "## Potatoes", "two   spaces\ttab\nline", "1. first\n  - below\n2. second", "A note[^1][comment 1]", "[^1]: what it says", "[comment 1 by Ada: is that so?]",
    "the farm (https://example.org/)", "[picture: a field]", "in a box", "| kind | price |\n| --- | --- |\n| same | same |",
    out=("taken out", "nobody sees"),
)
put("locked.odt", odt(text, more={"META-INF/manifest.xml": '<m xmlns:manifest="m"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></m>'}))
WORDS["locked.odt"] = {"why": "only with a password"}
rows = (
    '<table:table table:name="Prices"><table:table-row><table:table-cell><text:p>day</text:p></table:table-cell><table:table-cell><text:p>share</text:p></table:table-cell></table:table-row>'
    '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="date"><text:p>01.12.2026</text:p></table:table-cell><table:table-cell><text:p>25%</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
)
put("sheet.ods", odt(rows, kind="spreadsheet"), "## Prices\n\n| day | share |\n| --- | --- |\n| 01.12.2026 | 25% |\n| 01.12.2026 | 25% |")


def flat(text, kind="text", automatic=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {OFFICE} office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:{kind}>{text}</office:{kind}></office:body></office:document>"
    ).encode()


# The same in one XML file, with a picture as letters in it.
letters = '<text:p><draw:frame><draw:image><office:binary-data>aGlkZGVu</office:binary-data></draw:image></draw:frame>behind it</text:p>'
put("text.fodt", flat(text + letters, automatic=automatic), "## Potatoes", "1. first\n  - below\n2. second", "[^1]: what it says", "behind it", "| same | same |", out=("taken out", "nobody sees", "aGlk"))
put("sheet.fods", flat(rows, kind="spreadsheet"), "## Prices\n\n| day | share |\n| --- | --- |\n| 01.12.2026 | 25% |\n| 01.12.2026 | 25% |")


def frame(words, kind="outline"):
    return f'<draw:frame presentation:class="{kind}"><draw:text-box>{words}</draw:text-box></draw:frame>'


show = (
    '<draw:page draw:name="page1" draw:style-name="dp1">' + frame("<text:p>Potatoes</text:p>", "title")
    + frame('<text:list><text:list-item><text:p>waxy</text:p><text:list><text:list-item><text:p>Nicola</text:p></text:list-item></text:list></text:list-item></text:list>')
    + frame("<text:p>3 May</text:p>", "date-time") + frame("<text:p><text:page-number>&lt;number&gt;</text:page-number></text:p>", "page-number")
    + '<draw:custom-shape><text:p>drawn</text:p></draw:custom-shape><presentation:notes><draw:page-thumbnail/>' + frame("<text:p>speak slowly</text:p>", "notes") + "</presentation:notes></draw:page>"
    '<draw:page draw:name="The end" draw:style-name="dp2"><draw:g>' + frame("<text:p>thanks</text:p>") + "</draw:g>"
    '<draw:frame><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>'
    '<draw:image xlink:href="Pictures/TablePreview1.svm"/></draw:frame></draw:page>'
)
hides = '<style:style style:name="dp2" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
SHOWN = ("## Slide 1\n\nPotatoes\n\n- waxy\n  - Nicola", "drawn", "## Slide 2: The end (hidden)\n\nthanks\n\n| a | b |", "[notes on slide 1: speak slowly]")
put("show.odp", odt(show, kind="presentation", automatic=hides), *SHOWN, out=("3 May", "<number>", "page1"))
put("show.fodp", flat(show, kind="presentation", automatic=hides), *SHOWN, out=("3 May", "<number>", "page1"))
put("drawing.odg", odt('<draw:page draw:name="page1"><draw:rect><text:p>a cellar</text:p></draw:rect></draw:page>', kind="drawing"), "## Page 1\n\na cellar")
# Where people's programs stumbled: a template, a master document, no first part, no styles, an empty one.
bare = {"content.xml": f'<office:document-content {OFFICE}><office:body><office:text><text:section><text:p>in a section</text:p></text:section></office:text></office:body></office:document-content>', "META-INF/manifest.xml": "<m/>"}
put("bare.odt", archive(bare), "in a section")
put("template.ott", archive(bare, ("mimetype", "application/vnd.oasis.opendocument.text-template")), "in a section")
put("empty.odp", odt('<draw:page draw:name="page1"/>', kind="presentation"), "## Slide 1")

# 3. Web pages.
page = """<!DOCTYPE html><html><head><meta charset="%s"><title>Prices &amp; kinds</title><style>p { color: red }</style><script>alert("<p>no</p>")</script></head>
<body><nav><a href="/x">Home</a></nav><h1>Potatoes</h1><p>Two <b>words</b>
 and caf\u00e9.<p>Unclosed<br>line<div hidden>not seen</div><span style="display: none">nor this</span>
<ul><li>one<li>two<ol start=3><li>deep</ol></ul><pre>  kept
    as it is</pre><blockquote>said</blockquote>
<table><tr><th>a<th>b<tr><td colspan=2>both<tr><td>1<td>2</table><img src="https://example.org/p.png" alt="a field"><p>2<sup>10</sup> &lt; 5&nbsp;&euro;
</body></html>"""
FOUND = ("# Prices & kinds", "Potatoes", "Two words and café.", "Unclosed\nline", "- one\n- two\n  3. deep", "  kept\n    as it is", "> said", "| a | b |\n| --- | --- |\n| both |  |\n| 1 | 2 |", "[picture: a field]", "2^10 < 5 €")
HIDDEN = ("alert", "color", "not seen", "nor this", "example.org")
put("page.html", (page % "utf-8").encode(), *[w.replace("5 €", "5\u00a0€") for w in FOUND], out=HIDDEN)
put("page-latin.html", (page % "iso-8859-1").encode("latin-1"), "Two words and café.", out=HIDDEN)
put("page-gbk.htm", '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body>土豆的价格</body></html>'.encode("gbk"), "土豆的价格")

# 4. A book.
opf = """<?xml version="1.0"?><package xmlns="p" xmlns:dc="d" version="3.0"><metadata><dc:title>The Potato</dc:title><dc:creator>Ada Lovelace</dc:creator></metadata><manifest>
<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/one%20.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/></spine></package>"""
book = {
    "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/b.opf"/></rootfiles></container>',
    "OEBPS/b.opf": opf,
    "OEBPS/nav.xhtml": '<html><body><nav><ol><li><a href="text/one%20.xhtml">How it began</a></li><li><a href="text/two.xhtml#x">Later</a></li></ol></nav></body></html>',
    "OEBPS/text/one .xhtml": "<html><head><title>x</title></head><body><p>It began underground.</p><img src='a.png'/></body></html>",
    "OEBPS/text/two.xhtml": "<html><body><h2>Later</h2><p>It was fried.</p></body></html>",
}
TOLD = ("# The Potato", "Ada Lovelace", "## How it began\n\nIt began underground.\n\n## Later\n\nIt was fried.")
put("book.epub", archive(book, ("mimetype", "application/epub+zip")), *TOLD)
old = dict(book)
del old["OEBPS/nav.xhtml"]
old["OEBPS/b.opf"] = opf.replace(' properties="nav"', "").replace('href="nav.xhtml" media-type="application/xhtml+xml"', 'href="toc.ncx" media-type="application/x-dtbncx+xml"').replace("<spine>", '<spine toc="n">').replace('<itemref idref="n"/>', "")
old["OEBPS/toc.ncx"] = '<ncx><navMap><navPoint><navLabel><text>How it began</text></navLabel><content src="text/one%20.xhtml"/></navPoint></navMap></ncx>'
put("book-2.epub", archive(old, ("mimetype", "application/epub+zip")), *TOLD)
book["META-INF/encryption.xml"] = '<encryption><EncryptedData><CipherData><CipherReference URI="OEBPS/text/two.xhtml"/></CipherData></EncryptedData></encryption>'
put("book-locked.epub", archive(book, ("mimetype", "application/epub+zip")))
WORDS["book-locked.epub"] = {"why": "only with a password"}

# Books that readers stumbled at.
HTML = "<html><body>%s</body></html>"


def epub(spine, chapters, more=None, kind="application/xhtml+xml", title="The Potato", first=("mimetype", "application/epub+zip"), container="OEBPS/b.opf"):
    items = "".join(f'<item id="i{at}" href="{name}" media-type="{kind}"/>' for at, name in enumerate(chapters))
    parts = {
        "META-INF/container.xml": f'<c:container xmlns:c="c"><c:rootfiles><c:rootfile full-path="{container}"/></c:rootfiles></c:container>',
        "OEBPS/b.opf": f'<opf:package xmlns:opf="p" xmlns:dc="d"><opf:metadata><dc:title>{title}</dc:title></opf:metadata><opf:manifest>{items}</opf:manifest><opf:spine>'.replace("<item ", "<opf:item ") + "".join(f'<opf:itemref idref="i{at}"/>' for at in spine) + "</opf:spine></opf:package>",
    }
    parts |= {f"OEBPS/{name}": text for name, text in chapters.items()} | (more or {})
    return archive(parts, first)


# Fonts that are scrambled lock no words; entities that XML does not know; ruby; the spine's order and not the list's.
scrambled = {"META-INF/encryption.xml": '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/><CipherData><CipherReference URI="OEBPS/f.otf"/></CipherData></EncryptedData></encryption>'}
put("book-fonts.epub", epub([1, 0], {"b.xhtml": HTML % "<p>second&nbsp;&mdash; <ruby>漢<rt>かん</rt></ruby></p>", "a.xhtml": '<?xml version="1.0"?><!DOCTYPE html><html xmlns="h"><head><title>no</title></head><body><p>first</p></body></html>'}, scrambled), "first\n\nsecond\u00a0— 漢", out=("かん", "no\n"))
# A kind of before, names that only a small letter tells apart, an address with a sign in it, a part that lies.
put("book-old.epub", epub([0, 1], {"One.HTM": HTML % "<p>in capitals</p>", "a b.htm": HTML % "<p>with room</p>"}, kind="text/x-oeb1-document"), "in capitals", "with room")
put("book-nameless.epub", epub([0], {"a.xhtml": HTML % "<p>no kind</p>"}, kind="", title="", container="gone.opf", first=None), "no kind", out=("#",))
put("book-wide.epub", epub([0], {"a.xhtml": ('<?xml version="1.0" encoding="UTF-16"?>' + HTML % "<h1>Wide</h1><p>letters — 土豆</p>").encode("utf-16")}), "# The Potato\n\n# Wide\n\nletters — 土豆")
put("comic.epub", epub([0, 1], {"a.xhtml": HTML % "<img src='1.png'/>", "b.xhtml": HTML % "<svg><image href='2.png'/></svg>"}))
WORDS["comic.epub"] = {"why": "each page is a picture of text"}
put("book-lcp.epub", epub([0], {"a.xhtml": b"\x8f\x01 locked"}, {"META-INF/license.lcpl": "{}", "META-INF/encryption.xml": '<e><EncryptedData><CipherReference URI="OEBPS/a.xhtml"/></EncryptedData></e>'}))
WORDS["book-lcp.epub"] = {"why": "only with a password"}
notes = HTML % '<p>Word<a epub:type="noteref" href="#n">1</a>.</p><aside epub:type="footnote" id="n"><p>1. the note</p></aside><table><tr><td>a</td><td>b</td></tr></table><math><mi>x</mi></math>'
put("book-notes.epub", epub([0, 0], {"a.xhtml": notes}), "Word1.", "1. the note", "| a | b |")

# 5. Slides.
A = 'xmlns:a="a" xmlns:p="p" xmlns:r="r"'
slides = {
    "[Content_Types].xml": types("presentationml.presentation.main+xml", "/ppt/presentation.xml"),
    "_rels/.rels": rels(("officeDocument", "ppt/presentation.xml")),
    "ppt/presentation.xml": f'<p:presentation {A}><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>',
    "ppt/_rels/presentation.xml.rels": rels(("slide", "slides/a.xml"), ("slide", "slides/b.xml")),
    "ppt/slides/a.xml": f"<p:sld {A}><a:p><a:r><a:t>The end</a:t></a:r></a:p></p:sld>",
    "ppt/slides/b.xml": f'<p:sld {A}><a:p><a:r><a:t>Pota</a:t></a:r><a:r><a:t>toes</a:t></a:r></a:p><a:p><a:pPr lvl="1"/><a:r><a:t>waxy</a:t></a:r></a:p></p:sld>',
    "ppt/slides/_rels/b.xml.rels": rels(("notesSlide", "../notes/b.xml")),
    "ppt/notes/b.xml": f'<p:notes {A}><a:p><a:r><a:t>speak slowly</a:t></a:r></a:p><a:p><a:fld><a:t>1</a:t></a:fld></a:p></p:notes>',
}
put("slides.pptx", archive(slides), "## Slide 1\n\nPotatoes\n\n- waxy\n\n## Slide 2\n\nThe end", "[notes on slide 1: speak slowly]")



def pptx(slides, more=None, relations=None, main=(), order=None, kind="presentationml.presentation.main+xml"):
    """`slides` are texts by their names; `relations` pairs of kind and target for each."""
    names = list(slides)
    parts = {
        "[Content_Types].xml": types(kind, "/ppt/presentation.xml"),
        "_rels/.rels": rels(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {A}><p:sldIdLst>" + "".join(f'<p:sldId id="{300 + at}" r:id="r{names.index(name) + 1}"/>' for at, name in enumerate(order or names)) + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": rels(*[("slide", f"slides/{name}.xml") for name in names], *main),
    }
    for name, text in slides.items():
        if text is not None:
            parts[f"ppt/slides/{name}.xml"] = text if text.startswith("<") else f"<p:sld {A}>{text[1:]}</p:sld>"
        parts[f"ppt/slides/_rels/{name}.xml.rels"] = rels(*(relations or {}).get(name, ()))
    return archive(parts | (more or {}))


def shape(words, place="", name=""):
    return f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="{name}"/><p:nvPr>{place and f"<p:ph {place}/>"}</p:nvPr></p:nvSpPr><p:txBody>{words}</p:txBody></p:sp>'


def ap(words):
    return f"<a:p><a:r><a:t>{words}</a:t></a:r></a:p>"


# The title behind the body; a group in a group; what stands on every slide; a hidden slide; one that is gone.
put(
    "slides-order.pptx",
    pptx(
        {
            "a": " " + shape(ap("the body"), 'idx="1"') + shape("<a:p><a:r><a:t>The</a:t></a:r><a:br/><a:r><a:t>title</a:t></a:r></a:p>", 'type="ctrTitle"') + "<p:grpSp><p:grpSp>" + shape(ap("in a group")) + "</p:grpSp></p:grpSp>" + shape(ap("1 May"), 'type="dt"') + shape(ap("page 7"), 'type="sldNum"') + shape(ap("Farm Ltd"), 'type="ftr"'),
            "b": f'<p:sld {A} show="0">' + shape(ap("not shown")) + "</p:sld>",
            "c": None,
        }
    ),
    "## Slide 1: The title\n\nthe body\n\nin a group", "## Slide 2 (hidden)\n\nnot shown", out=("1 May", "page 7", "Farm Ltd", "Slide 3"),
)
# A diagram, a chart, a table with joined cells, a picture with its words, a formula, a link.
data = '<dgm:dataModel xmlns:dgm="d" xmlns:a="a"><dgm:ptLst><dgm:pt type="doc"><dgm:prSet phldrT="[Text]"/><dgm:t><a:p><a:endParaRPr/></a:p></dgm:t></dgm:pt><dgm:pt><dgm:t>' + ap("dig") + "</dgm:t></dgm:pt><dgm:pt><dgm:t><a:p><a:r><a:t>wa</a:t></a:r><a:r><a:t>ter</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
pt = lambda at, v: f'<c:pt idx="{at}"><c:v>{v}</c:v></c:pt>'
cat = f"<c:cat><c:strRef><c:f>S!A2:A3</c:f><c:strCache>{pt(0, 'Linda')}{pt(1, 'Nicola')}</c:strCache></c:strRef></c:cat>"
chart = f'<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart><c:title><c:tx><c:rich>{ap("Harvest")}</c:rich></c:tx></c:title><c:plotArea><c:barChart>' + "".join(
    f"<c:ser><c:tx><c:strRef><c:strCache>{pt(0, name)}</c:strCache></c:strRef></c:tx>{cat}<c:val><c:numRef><c:numCache>{pt(0, one)}{pt(1, two)}</c:numCache></c:numRef></c:val></c:ser>" for name, one, two in (("2025", 4, 5), ("2026", 6, 7.5))
) + f"</c:barChart><c:valAx><c:title><c:tx><c:rich>{ap('tonnes')}</c:rich></c:tx></c:title></c:valAx></c:plotArea></c:chart></c:chartSpace>"
put(
    "slides-drawn.pptx",
    pptx(
        {
            "a": ' <p:graphicFrame><a:graphic><a:graphicData><dgm:relIds xmlns:dgm="d" r:dm="r1" r:lo="r9"/></a:graphicData></a:graphic></p:graphicFrame>'
            '<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="c" r:id="r2"/></a:graphicData></a:graphic></p:graphicFrame>'
            '<p:graphicFrame><a:tbl><a:tr><a:tc gridSpan="2"><a:txBody>' + ap("both") + '</a:txBody></a:tc><a:tc hMerge="1"><a:txBody><a:p/></a:txBody></a:tc></a:tr><a:tr><a:tc><a:txBody>' + ap("1") + "</a:txBody></a:tc><a:tc><a:txBody>" + ap("2") + ap("3") + "</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"
            '<p:pic><p:nvPicPr><p:cNvPr id="4" name="Picture 3" descr="a field"/></p:nvPicPr><p:blipFill><a:blip/></p:blipFill></p:pic>'
            '<p:sp><p:txBody><a:p><mc:AlternateContent xmlns:mc="mc"><mc:Choice><a14:m xmlns:a14="a14"><m:oMath xmlns:m="m"><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath></a14:m></mc:Choice><mc:Fallback><a:r><a:t>no</a:t></a:r></mc:Fallback></mc:AlternateContent></a:p></p:txBody></p:sp>'
            '<p:sp><p:txBody><a:p><a:r><a:rPr><a:hlinkClick r:id="r3"/></a:rPr><a:t>the farm</a:t></a:r></a:p></p:txBody></p:sp>',
        },
        {"ppt/diagrams/data1.xml": data, "ppt/charts/chart1.xml": chart},
        {"a": [("diagramData", "../diagrams/data1.xml"), ("chart", "../charts/chart1.xml"), ("hyperlink", "https://example.org/farm")]},
    ),
    "- dig\n- water", "Harvest\n\n|  | 2025 | 2026 |\n| --- | --- | --- |\n| Linda | 4 | 6 |\n| Nicola | 5 | 7.5 |", "| both |  |\n| --- | --- |\n| 1 | 2<br>3 |", "[picture: a field]", "(a)/(b)", "the farm (https://example.org/farm)", out=("[Text]", "Fallback", "no\n"),
)
# Remarks of today and of before; notes whose page has a picture of the slide and a number.
put(
    "slides-said.pptx",
    pptx(
        {"a": " " + shape(ap("words")), "b": " " + shape(ap("more"))},
        {
            "ppt/comments/one.xml": f'<p:cmLst {A}><p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>is that so?</p:text></p:cm></p:cmLst>',
            "ppt/comments/two.xml": f'<p188:cmLst xmlns:p188="p188" {A}><p188:cm authorId="{{X}}"><p188:replyLst><p188:reply authorId="{{X}}"><p188:txBody>{ap("it is")}</p188:txBody></p188:reply></p188:replyLst><p188:txBody>{ap("shorter")}</p188:txBody></p188:cm></p188:cmLst>',
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst {A}><p:cmAuthor id="0" name="Ada"/></p:cmAuthorLst>',
            "ppt/authors.xml": f'<p188:authorLst xmlns:p188="p188"><p188:author id="{{X}}" name="Grace"/></p188:authorLst>',
            "ppt/notes/a.xml": f"<p:notes {A}>" + shape("", 'type="sldImg"') + shape(ap("breathe"), 'type="body"') + shape(ap("1"), 'type="sldNum"') + "</p:notes>",
        },
        {"a": [("comments", "../comments/one.xml"), ("notesSlide", "../notes/a.xml")], "b": [("comments", "../comments/two.xml")]},
        [("commentAuthors", "commentAuthors.xml"), ("authors", "authors.xml")],
    ),
    "[notes on slide 1: breathe]", "[comment on slide 1 by Ada: is that so?]", "[comment on slide 2 by Grace: it is]", "[comment on slide 2 by Grace: shorter]",
)
# Shown from the file itself, with programs in it; its slides are numbered in another order than they are shown.
put("slides-macros.ppsm", pptx({"slide10": " " + shape(ap("third")), "slide2": " " + shape(ap("first")), "slide1": " " + shape(ap("second"))}, {"ppt/vbaProject.bin": "x"}, order=["slide2", "slide1", "slide10"]), "## Slide 1\n\nfirst\n\n## Slide 2\n\nsecond\n\n## Slide 3\n\nthird")
put("slides-gone.pptx", pptx({"a": None}))
WORDS["slides-gone.pptx"] = {"why": "damaged"}

# A workbook in its binary form (MS-XLSB), record by record.
import struct


def record(kind, data=b""):
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(data)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + data


def wide(words):
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def binary_cell(kind, column, data, style=0):
    return record(kind, struct.pack("<II", column, style) + data)


def binary_row(row, *cells):
    return record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0)) + b"".join(cells)


def binary_sheet(rows):
    return record(129) + record(148, struct.pack("<IIII", 0, 9, 0, 9)) + record(145) + rows + record(146) + record(130)


prices = binary_row(0, binary_cell(7, 0, struct.pack("<I", 0)), binary_cell(7, 1, struct.pack("<I", 1)), binary_cell(6, 2, wide("in place"))) + binary_row(
    2, binary_cell(5, 0, struct.pack("<d", 46357.0), 1), binary_cell(5, 1, struct.pack("<d", 1234.5)), binary_cell(4, 2, b"\x01"), binary_cell(3, 3, b"\x07"), binary_cell(2, 4, struct.pack("<I", 42 << 2 | 2))
)
BINARY = "application/vnd.ms-excel."
put(
    "sheet.xlsb",
    archive(
        {
            "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.bin" ContentType="{BINARY}sheet.binary.macroEnabled.main"/></Types>',
            "_rels/.rels": rels(("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": record(131) + record(153, struct.pack("<III", 0, 0, 0)) + record(143)
            + record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("Prices")) + record(156, struct.pack("<II", 1, 2) + wide("r2") + wide("Secret")) + record(144) + record(132),
            "xl/_rels/workbook.bin.rels": rels(("worksheet", "worksheets/sheet1.bin"), ("worksheet", "worksheets/sheet2.bin"), ("sharedStrings", "sharedStrings.bin"), ("styles", "styles.bin")),
            "xl/sharedStrings.bin": record(159, struct.pack("<II", 2, 2)) + record(19, b"\0" + wide("day")) + record(19, b"\0" + wide("price 土豆")) + record(160),
            "xl/styles.bin": record(278) + record(615, struct.pack("<I", 0)) + record(616) + record(617, struct.pack("<I", 2))
            + record(47, struct.pack("<HH", 0, 0) + bytes(12)) + record(47, struct.pack("<HH", 0, 14) + bytes(12)) + record(618) + record(279),
            "xl/worksheets/sheet1.bin": binary_sheet(prices),
            "xl/worksheets/sheet2.bin": binary_sheet(binary_row(5, binary_cell(6, 3, wide("far away")))),
        }
    ),
    "## Prices", "| day | price 土豆 | in place |", "| 2026-12-01 | 1234.5 | TRUE | #DIV/0! | 42 |", "## Secret (hidden)\n\nfar away",
)

# 6. What is no document, or not whole.
put("plain.zip", archive({"a.txt": "a", "b.txt": "b"}))
WORDS["plain.zip"] = {"why": "is an archive"}
whole = docx(p("some words"))
put("cut.docx", whole[: len(whole) // 2])
WORDS["cut.docx"] = {"why": "damaged"}
bad = bytearray(whole)
at = whole.index(b"word/document.xml", whole.index(b"PK\x01\x02")) - 46 + 16
bad[at] ^= 0xFF
put("crc.docx", bytes(bad))
WORDS["crc.docx"] = {"why": "damaged"}
bad = bytearray(whole)
for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    at = -1
    while (at := whole.find(mark, at + 1)) >= 0:
        bad[at + place] |= 1
put("locked-zip.docx", bytes(bad))
WORDS["locked-zip.docx"] = {"why": "password"}
names = io.BytesIO()
with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(names, "w") as new:
    for name in old.namelist():
        new.writestr(name, old.read(name))
    new.writestr("../../etc/passwd", "root")
    new.writestr("word/media/inner.zip", whole)
put("names.docx", names.getvalue(), "some words", out=("root",))


def compound(*streams):
    """Enough of a container for its kind to be told: a header, and a folder of streams."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + bytes(10) + b"\x01\0\0\0\x01\0\0\0"
    header = header.ljust(76, b"\0") + b"\0\0\0\0" + b"\xff" * (512 - 80)
    entries = b"".join((name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + bytes(64) for name in ("Root Entry",) + streams)
    return header + b"\xfd\xff\xff\xff\xfe\xff\xff\xff".ljust(512, b"\xff") + entries.ljust(1024, b"\0")


for name, streams, why in [
    ("old.doc", ("WordDocument", "1Table"), "does not read (.doc)"),
    ("old.ppt", ("PowerPoint Document",), "does not read (.ppt)"),
    ("locked.docx", ("EncryptionInfo", "EncryptedPackage"), "only with a password"),
]:
    put(name, compound(*streams))
    WORDS[name] = {"why": why}
put("letter.rtf", b"{\\rtf1\\ansi{\\fonttbl\\f0 Times;}\\f0 Dear aunt\\par}")
WORDS["letter.rtf"] = {"why": "does not read"}
put("a.pages", archive({"Index/Document.iwa": "x", "Index/ViewState.iwa": "x", "preview.jpg": "x"}))
WORDS["a.pages"] = {"why": "does not read (.pages)"}

# 7. By the programs that people use.
import docx as pydocx
import openpyxl
from fpdf import FPDF
from openpyxl.comments import Comment
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
import datetime

out = io.BytesIO()
made = pydocx.Document()
made.add_heading("Potatoes", 0)
made.add_heading("Kinds", 1)
made.add_paragraph("waxy", style="List Bullet")
made.add_paragraph("boil", style="List Number")
made.add_paragraph("peel", style="List Number")
table = made.add_table(2, 2)
table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text, table.cell(1, 1).text = "a", "b", "1", "2"
made.save(out)
put("pydocx.docx", out.getvalue(), "# Potatoes\n\n# Kinds\n\n- waxy\n\n1. boil\n2. peel".replace("\n\n1.", "\n1."), "| a | b |\n| --- | --- |\n| 1 | 2 |")

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Prices"
sheet.append(["day", "share", "price", "sum", "flag", None])
sheet.append([datetime.date(2026, 12, 1), 0.25, 1234.5, "=C2*2", True])
sheet.append([datetime.datetime(2026, 12, 1, 14, 30), 0.125, -2, None, False])
sheet["A2"].number_format, sheet["A3"].number_format = "dd/mm/yyyy", "yyyy-mm-dd hh:mm"
sheet["B2"].number_format, sheet["B3"].number_format = "0%", "0.0%"
sheet["C2"].number_format = "#,##0.00"
sheet["A5"] = "merged"
sheet.merge_cells("A5:C5")
sheet["B2"].comment = Comment("sure?", "Ada")
hidden = book.create_sheet("Secret")
hidden["XFD1048576"] = "far away"
hidden.sheet_state = "hidden"
out = io.BytesIO()
book.save(out)
put(
    "openpyxl.xlsx", out.getvalue(),
    "## Prices\n\n| day | share | price | sum | flag |\n| --- | --- | --- | --- | --- |\n| 01/12/2026 | 25% | 1,234.50 | =C2*2 | TRUE |\n| 2026-12-01 14:30 | 12.5% | -2 |  | FALSE |\n| merged |  |  |  |  |",
    "## Secret (hidden)\n\nfar away", "[comment at B2 by Ada: sure?]",
)

out = io.BytesIO()
drawn = canvas.Canvas(out, invariant=1)
for at, (font, words) in enumerate([("STSong-Light", "土豆适合"), ("HeiseiMin-W3", "じゃがいも"), ("HYSMyeongJo-Medium", "감자는"), ("MSung-Light", "馬鈴薯")]):
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    drawn.setFont(font, 14)
    drawn.drawString(50, 700 - 30 * at, words)
drawn.setFont("Helvetica", 12)
drawn.drawString(50, 500, "Name:")
drawn.acroForm.textfield(name="name", value="Ada Lovelace", x=100, y=495, width=200, height=20)
drawn.acroForm.checkbox(name="yes", checked=True, x=50, y=460, size=14)
drawn.drawString(70, 463, "agreed")
drawn.save()
put("reportlab.pdf", out.getvalue(), "土豆适合", "じゃがいも", "감자는", "馬鈴薯", "Name: Ada Lovelace", "[x] agreed")

drawn = FPDF()
drawn.set_creation_date(datetime.datetime(2026, 1, 1))
drawn.add_page()
drawn.set_font("Times", size=12)
drawn.multi_cell(0, 6, "A paragraph of several lines that is wide enough to be broken somewhere in its middle, as all are, and then goes on for some more words. " * 2)
with drawn.table() as table:
    for row in (("kind", "price"), ("Linda", "2")):
        line = table.row()
        for one in row:
            line.cell(one)
put("fpdf.pdf", bytes(drawn.output()), "wide enough to be broken somewhere", "kind price", "Linda 2")


# Lines from right to left: as a program draws them that shapes their letters.
RIGHT = ("תפוחי אדמה נשמרים במקום קריר (עד 10 מעלות) וחשוך.", "بطاطا في مكان بارد لا 10 درجات")
drawn = FPDF()
drawn.set_creation_date(datetime.datetime(2026, 1, 1))
drawn.add_page()
drawn.add_font("D", fname="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
drawn.set_font("D", size=14)
drawn.set_text_shaping(True)
for one in RIGHT:
    drawn.cell(0, 10, one, align="R", new_x="LMARGIN", new_y="NEXT")
put("fpdf-rtl.pdf", bytes(drawn.output()), *RIGHT)
written = ("בשנת 2024 יצאה גרסה Spud 2.0 חדשה, ושמה «תפוד».", "שָׁלוֹם עֲלֵיכֶם", "تُحفظ البطاطا في مكان بارد (حتى 10 درجات) ومظلم لا تضيئه الشمس.", "في سنة ٢٠٢٤ ظهرت نسخة Spud جديدة.")
rtl = '<style:style style:name="R" style:family="paragraph"><style:paragraph-properties style:writing-mode="rl-tb"/></style:style>'
both = "The Hebrew word שלום means peace, and سلام too."
put("rtl.fodt", flat("".join(f'<text:p text:style-name="R">{one}</text:p>' for one in written) + f"<text:p>{both}</text:p>", automatic=rtl), *written, both)


def office(source, target, how=None):
    with tempfile.TemporaryDirectory() as folder:
        filter = f"{target}:{how}" if how else target
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/home", "--convert-to", filter, "--outdir", folder, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = [name for name in os.listdir(folder) if name.endswith("." + target)]
        with open(os.path.join(folder, made[0]), "rb") as file:
            return file.read()


if "--no-office" not in sys.argv:
    put("lo.odt", office("word.docx", "odt"), "## Of their kinds", "- waxy\n- floury", "what the note says", "is that so?", "| kind | price | where |", out=("taken out", "nobody sees"))
    put("lo.fodt", office("word.docx", "fodt"), "## Of their kinds", "- waxy\n- floury", "what the note says", "| kind | price | where |", out=("taken out", "nobody sees"))
    put("lo.fods", office("openpyxl.xlsx", "fods"), "## Prices", "| 01/12/2026 | 25%[comment 1] | 1,234.50 | 2469 | TRUE |", "far away")
    put("lo-rtl.pdf", office("rtl.fodt", "pdf"), *written, both)
    put("lo.docx", office("text.odt", "docx"), "Potatoes", "what it says", "is that so?", "the farm (https://example.org/)")
    put("lo.xlsx", office("openpyxl.xlsx", "xlsx"), "## Prices", "| 01/12/2026 | 25% | 1,234.50 | 2469 | TRUE |", "far away")
    put("lo.ods", office("openpyxl.xlsx", "ods"), "## Prices", "| 01/12/2026 | 25%[comment 1] | 1,234.50 | 2469 | TRUE |", "far away")
    put("lo.xls", office("openpyxl.xlsx", "xls"), "## Prices", "2026-12-01", "1234.5", "2469")
    put("lo.doc", office("pydocx.docx", "doc"))
    WORDS["lo.doc"] = {"why": "does not read (.doc)"}
    put("lo.html", office("pydocx.docx", "html"), "Potatoes", "# Kinds", "- waxy")
    put("lo.epub", office("pydocx.docx", "epub"), "Potatoes", "Kinds", "waxy")
    put("lo-tagged.pdf", office("word.docx", "pdf", 'writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'), "Potatoes", "## Of their kinds", "waxy", "floury", "A note1 and a remark", "what the note says", "kind price where")
    put("lo-plain.pdf", office("word.docx", "pdf", 'writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"false"}}'), "Potatoes", "Of their kinds", "what the note says")
    subprocess.run(["gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-sOutputFile=gs.pdf", "lo-plain.pdf"], check=True)
    put("gs.pdf", open("gs.pdf", "rb").read(), "Potatoes", "Of their kinds", "what the note says")

with open("documents.json", "w") as file:
    json.dump(WORDS, file, ensure_ascii=False, indent=1)
    file.write("\n")
