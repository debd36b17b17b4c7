"""Makes the PDFs of this folder, object by object (ISO 32000-1), and the text that each has.

    python3 -m venv v && v/bin/pip install pikepdf && v/bin/python make_pdfs.py

What no hand writes (encryption, object streams) pikepdf makes of a file that a hand wrote.
"""

import io
import json
import zlib

WORDS = {}


class Pdf:
    def __init__(self, fonts, contents, page="", catalog="", more=(), resources=""):
        """`fonts` and `more` are lists of objects; `contents` a list of bytes, one for each page."""
        self.objects = {1: None, 2: None}
        self.next = 3
        names = []
        for at, font in enumerate(fonts):
            number = self.add(font)
            names.append(b"/F%d %d 0 R" % (at + 1, number))
        self.more = [self.add(one) for one in more]
        kids = []
        for content in contents:
            stream = self.add(self.stream(content))
            kids.append(
                self.add(
                    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                    b"/Resources << /Font << %s >> %s >> %s >>" % (stream, b" ".join(names), resources.encode(), page.encode())
                )
            )
        self.kids = kids
        self.objects[1] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode()
        self.objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
            len(kids),
            b" ".join(b"%d 0 R" % kid for kid in kids),
        )

    @staticmethod
    def stream(data, keys=b"", packed=False):
        if packed:
            data, keys = zlib.compress(data), keys + b" /Filter /FlateDecode"
        return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), keys, data)

    def add(self, body):
        number = self.next
        self.next += 1
        self.objects[number] = body.encode() if isinstance(body, str) else body
        return number

    def bytes(self):
        out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
        for number, body in sorted(self.objects.items()):
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start, size = len(out), max(places) + 1
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            out += b"%010d 00000 n \n" % places[number]
        out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
        return bytes(out)


def put(name, data, *words):
    with open(name + ".pdf", "wb") as file:
        file.write(data if isinstance(data, bytes) else data.bytes())
    WORDS[name] = list(words)


def cid(encoding, base, ordering, more=""):
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{base} /Encoding /{encoding} {more} /DescendantFonts "
        f"[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{base} "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 2 >> /DW 1000 >>] >>"
    )


def line(data, font=1, x=50, y=700):
    return b"BT /F%d 12 Tf %d %d Td <%s> Tj ET\n" % (font, x, y, data.hex().encode())


HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

# 1. Named maps of Chinese, Japanese and Korean letters, fonts that are not in the file.
for name, encoding, base, ordering, codec, text in [
    ("gbk", "GBK-EUC-H", "SimSun", "GB1", "gbk", "土豆适合在阴凉处"),
    ("gb-v", "GBK-EUC-V", "SimSun", "GB1", "gbk", "竖排的文字"),
    ("gb18030", "GBK2K-H", "SimSun", "GB1", "gb18030", "土豆 Potato 123"),
    ("unigb", "UniGB-UCS2-H", "STSong-Light", "GB1", "utf-16-be", "今天天气很好"),
    ("sjis", "90ms-RKSJ-H", "MS-Mincho", "Japan1", "cp932", "じゃがいもは芋 ｶﾀｶﾅ"),
    ("unijis", "UniJIS-UTF16-H", "HeiseiMin-W3", "Japan1", "utf-16-be", "日本語の文章"),
    ("unijis-v", "UniJIS-UCS2-V", "HeiseiMin-W3", "Japan1", "utf-16-be", "縦書きの文章"),
    ("eucjp", "EUC-H", "HeiseiMin-W3", "Japan1", "euc_jp", "漢字とかな"),
    ("uhc", "KSCms-UHC-H", "Batang", "Korea1", "cp949", "감자는 맛있다"),
    ("uniks", "UniKS-UTF16-H", "HYSMyeongJo-Medium", "Korea1", "utf-16-be", "한국어 문장"),
    ("big5", "ETen-B5-H", "MingLiU", "CNS1", "big5", "馬鈴薯很好吃"),
    ("unicns", "UniCNS-UTF16-H", "MSung-Light", "CNS1", "utf-16-be", "繁體中文"),
    # (not among those that ISO 32000 names, and met all the same)
    ("unijis2004", "UniJIS2004-UTF16-H", "HeiseiMin-W3", "Japan1", "utf-16-be", "新しい字体"),
]:
    put("cjk-" + name, Pdf([cid(encoding, base, ordering)], [line(text.encode(codec))]), text)

# 2. Numbers of glyphs alone: of a known collection, with a map, and with none.
put("cid-gb1", Pdf([cid("Identity-H", "STSong", "GB1")], [line(bytes.fromhex("0af20f310c24"))]))
to_unicode = Pdf.stream(
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
    b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
    b"2 beginbfrange <0003> <0005> <0041> <0010> <0011> [<00660069> <d83cdf54>] endbfrange\n"
    b"endcmap end end"
)
put(
    "cid-mapped",
    Pdf([cid("Identity-H", "ABCDEF+Some", "Identity", "/ToUnicode 4 0 R")], [line(bytes.fromhex("00030004000500100011"))], more=[to_unicode]),
    "ABCfi🍔",
)
put("cid-unknown", Pdf([cid("Identity-H", "ABCDEF+Some", "Identity")], [line(bytes.fromhex("000300040005"))]))
put(
    "cid-part",
    Pdf([cid("Identity-H", "ABCDEF+Some", "Identity"), HELVETICA], [line(bytes.fromhex("000300040005")) + line(b"What can be read", 2, 50, 680)]),
    "What can be read",
)

# 3. A form, filled in.
fields = [
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Lovelace) /Rect [150 695 400 715] /F 4 >>",
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (city) /V <FEFF53174EAC> /Rect [150 665 400 685] /F 4 >>",
    "<< /Type /Annot /Subtype /Widget /FT /Btn /T (wants) /V /Yes /AS /Yes /Rect [50 635 62 647] /F 4 >>",
    "<< /Type /Annot /Subtype /Widget /FT /Btn /T (never) /V /Off /AS /Off /Rect [50 605 62 617] /F 4 >>",
    "<< /Type /Annot /Subtype /Widget /FT /Ch /T (size) /V (l) /Opt [[(s) (Small)] [(l) (Large)]] /Rect [150 575 400 590] /F 4 >>",
    "<< /Type /Annot /Subtype /Widget /Parent 10 0 R /Rect [150 545 400 560] /F 4 >>",
    "<< /FT /Tx /T (remark) /V (twice a day) /Kids [9 0 R] >>",
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (secret) /V (not to be seen) /Rect [150 515 400 530] /F 2 >>",
]
put(
    "form",
    Pdf(
        [HELVETICA],
        [
            line(b"Name:", 1, 50, 700)
            + line(b"City:", 1, 50, 670)
            + line(b"wants a letter", 1, 70, 637)
            + line(b"wants none", 1, 70, 607)
            + line(b"Size:", 1, 50, 578)
            + line(b"How often:", 1, 50, 548)
        ],
        page="/Annots [4 0 R 5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 11 0 R]",
        catalog="/AcroForm << /Fields [4 0 R 5 0 R 6 0 R 7 0 R 8 0 R 10 0 R 11 0 R] >>",
        more=fields,
    ),
    "Name: Ada Lovelace", "City: 北京", "[x] wants a letter", "[ ] wants none", "Size: Large", "How often: twice a day",
)

# 4. Two columns, whose lines were written across.
left = ["The left column", "is read first,", "and to its end."]
right = ["The right one", "comes behind it,", "as a reader would."]
across, bead_rows = b"", b""
for at, (one, two) in enumerate(zip(left, right)):
    y = 700 - 20 * at
    across += b"/P << /MCID %d >> BDC %sEMC /P << /MCID %d >> BDC %sEMC\n" % (
        2 * at, line(one.encode(), 1, 50, y), 2 * at + 1, line(two.encode(), 1, 320, y))
    bead_rows += line(one.encode(), 1, 50, y) + line(two.encode(), 1, 320, y)
ORDER = " ".join(left + right)
put(
    "columns-tagged",
    Pdf(
        [HELVETICA], [across], page="/StructParents 0",
        catalog="/MarkInfo << /Marked true >> /StructTreeRoot 4 0 R",
        more=[
            "<< /Type /StructTreeRoot /K 5 0 R /ParentTree << /Nums [0 [6 0 R 7 0 R 6 0 R 7 0 R 6 0 R 7 0 R]] >> >>",
            "<< /Type /StructElem /S /Document /P 4 0 R /K [6 0 R 7 0 R] >>",
            "<< /Type /StructElem /S /P /P 5 0 R /Pg 9 0 R /K [0 2 4] >>",
            "<< /Type /StructElem /S /P /P 5 0 R /Pg 9 0 R /K [1 << /Type /MCR /Pg 9 0 R /MCID 3 >> 5] >>",
        ],
    ),
    ORDER,
)
put(
    "columns-thread",
    Pdf(
        [HELVETICA], [line(b"A headline", 1, 50, 760) + bead_rows], page="/B [5 0 R 6 0 R]",
        catalog="/Threads [4 0 R]",
        more=[
            "<< /Type /Thread /F 5 0 R >>",
            "<< /Type /Bead /T 4 0 R /N 6 0 R /V 6 0 R /P 8 0 R /R [40 600 300 720] >>",
            "<< /Type /Bead /T 4 0 R /N 5 0 R /V 5 0 R /P 8 0 R /R [310 600 570 720] >>",
        ],
    ),
    "A headline " + ORDER,
)
put(
    "columns-content",
    Pdf([HELVETICA], [b"".join(line(t.encode(), 1, x, 700 - 20 * at) for x, col in ((50, left), (320, right)) for at, t in enumerate(col))]),
    ORDER,
)

# 5. Letters that are one glyph, hyphens that are none, and text that stands for other text.
differences = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding << /Type /Encoding "
    "/BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl /ff /ffi 20 /f_f_l /uni20AC /u1F954] >> >>"
)
put("ligatures", Pdf([differences], [line(b"\x01nd \x02ow o\x03er o\x04ce wa\x14e 5 \x15 \x16")]), "find flow offer office waffle 5 € 🥔")
put(
    "hyphens",
    Pdf([HELVETICA], [b"BT /F1 12 Tf 50 700 Td (a po\\255tato and a hy\\255) Tj 0 -15 Td (phen, well\\055known) Tj ET"]),
    "a potato and a hyphen, well-known",
)
put(
    "actual-text",
    Pdf([HELVETICA], [b"BT /F1 12 Tf 50 700 Td (It is ) Tj /Span << /ActualText <FEFF0031> >> BDC (one) Tj EMC ( potato) Tj ET"]),
    "It is 1 potato",
)
put(
    "spaces",
    Pdf([HELVETICA], [
        b"BT /F1 12 Tf 50 700 Td [(Set) -300 (with) -300 (kern) 20 (ing)] TJ ET "
        b"BT /F1 12 Tf 1 0 0 1 50 680 Tm (far) Tj 1 0 0 1 200 680 Tm (apart) Tj ET "
        b"BT /F1 12 Tf 0 1 -1 0 500 300 Tm (turned) Tj 0 -20 Td (lines) Tj ET "
    ]),
    "Set with kerning", "far apart", "turned", "lines",
)
put("hidden-layer", Pdf(
    [HELVETICA],
    [line(b"seen", 1, 50, 700) + b"/OC /Off BDC " + line(b"switched off", 1, 50, 680) + b"EMC BT 3 Tr /F1 12 Tf 50 660 Td (recognised) Tj ET"],
    page="", resources="/Properties << /Off 4 0 R >>",
    catalog="/OCProperties << /OCGs [4 0 R] /D << /OFF [4 0 R] >> >>",
    more=["<< /Type /OCG /Name (Off) >>"]),
    "seen", "recognised")
put("note", Pdf([HELVETICA], [line(b"A page")], page="/Annots [4 0 R 5 0 R]", more=[
    "<< /Type /Annot /Subtype /Text /T (Ada) /Contents (Is this so?) /Rect [10 10 20 20] >>",
    "<< /Type /Annot /Subtype /FreeText /Contents (typed upon it) /Rect [50 500 200 520] >>"]),
    "A page", "typed upon it", "Ada: Is this so?")

# 6. Forms within forms, and fonts made of drawings.
inner = Pdf.stream(line(b"within a form", 1, 10, 10), b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Matrix [1 0 0 1 40 600] /Resources << /Font << /F1 3 0 R >> >>")
put("form-xobject", Pdf([HELVETICA], [line(b"before") + b"/X1 Do " + line(b"behind", 1, 50, 500)], page="", resources="/XObject << /X1 4 0 R >>", more=[inner]), "before", "within a form", "behind")
type3 = (
    "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 98 /Widths [800 800] "
    "/Encoding << /Differences [97 /a /b] >> /CharProcs << /a 4 0 R /b 4 0 R >> >>"
)
put("type3", Pdf([type3], [line(b"abba")], more=[Pdf.stream(b"800 0 d0 0 0 700 700 re f")]), "abba")

# 7. Pages that are pictures.
picture = Pdf.stream(bytes(64), b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray")
put("picture", Pdf([], [b"q 595 0 0 842 0 0 cm /I Do Q"], resources="/XObject << /I 3 0 R >>", more=[picture]))
put("picture-part", Pdf([HELVETICA], [line(b"The first page has words."), b"q 595 0 0 842 0 0 cm /I Do Q"], page="", resources="/XObject << /I 4 0 R >>", more=[picture]), "The first page has words.")
put("blank", Pdf([HELVETICA], [line(b"words"), b""]), "words")

# 8. How the file is built: tables of places that lie, later versions, packed objects, locks.
good = Pdf([HELVETICA], [line(b"Built in another way")]).bytes()
put("xref-wrong", good.replace(b"startxref\n", b"startxref\n9"), "Built in another way")
put("xref-shifted", good.replace(b"%PDF-1.7\n", b"%PDF-1.7\n%some bytes more than the table knows\n"), "Built in another way")
put("xref-none", good[: good.index(b"xref\n0 ")], "Built in another way")
put("cut", good[: good.index(b"trailer")], "Built in another way")
old = Pdf([HELVETICA], [line(b"Said first")])
data = old.bytes()
number = next(n for n, body in old.objects.items() if b"Said first".hex().encode() in body)
body = b"%d 0 obj\n%s\nendobj\n" % (number, Pdf.stream(line(b"Said anew")))
prev = int(data.split(b"startxref\n")[1].split()[0])
data += body
put(
    "updated",
    data + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (number, len(data) - len(body), max(old.objects) + 1, prev, len(data)),
    "Said anew",
)
put("length-wrong", good.replace(b"/Length ", b"/Length 1"), "Built in another way")
flate = Pdf([HELVETICA], [b""])
flate.objects[4] = Pdf.stream(line(b"Packed"), packed=True)
cut = flate.bytes()
put("flate", cut, "Packed")
bad = bytearray(cut)
bad[cut.index(b"endstream") - 3] ^= 0xFF
put("flate-sum", bytes(bad), "Packed")

import pikepdf


def saved(name, words, **how):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good)) as pdf:
        pdf.save(out, static_id=True, **how) if "encryption" not in how else pdf.save(out, **how)
    put(name, out.getvalue(), *words)


SAID = ["Built in another way"]
saved("object-streams", SAID, object_stream_mode=pikepdf.ObjectStreamMode.generate)
saved("linear", SAID, linearize=True)
for revision in (2, 3, 4, 6):
    lock = pikepdf.Encryption(owner="owner", user="", R=revision, aes=revision >= 4, metadata=revision >= 4)
    saved(f"locked-open-r{revision}", SAID, encryption=lock)
saved("locked", [], encryption=pikepdf.Encryption(owner="owner", user="user", R=6))
saved("locked-r4", [], encryption=pikepdf.Encryption(owner="owner", user="user", R=4))
saved("locked-streams", SAID, encryption=pikepdf.Encryption(owner="o", user="", R=6), object_stream_mode=pikepdf.ObjectStreamMode.generate)

with open("pdfs.json", "w") as file:
    json.dump(WORDS, file, ensure_ascii=False, indent=1)
    file.write("\n")
