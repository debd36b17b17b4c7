"""Makes the documents of this folder: by hand where a fault is wanted, and by the programs that people use.

    python3 -m venv v && v/bin/pip install python-docx openpyxl reportlab fpdf2
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
    [f'xmlns:{short}="{ODF}{long}:1.0"' for short, long in [("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("svg", "svg-compatible")]]
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


def office(source, target, how=None):
    with tempfile.TemporaryDirectory() as folder:
        filter = f"{target}:{how}" if how else target
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/home", "--convert-to", filter, "--outdir", folder, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = [name for name in os.listdir(folder) if name.endswith("." + target)]
        with open(os.path.join(folder, made[0]), "rb") as file:
            return file.read()


if "--no-office" not in sys.argv:
    put("lo.odt", office("word.docx", "odt"), "## Of their kinds", "- waxy\n- floury", "what the note says", "is that so?", "| kind | price | where |", out=("taken out", "nobody sees"))
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
