#!/usr/bin/env python3
"""Seeds and dictionaries of the fuzz targets, made from the corpus and, where present, the shared samples.

    python3 fuzz/seeds.py DIR

writes DIR/<target>/* and DIR/<target>.dict. Targets that read a fragment get the fragments of the files. Nothing of
it is committed: the samples belong to third parties.
"""
import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "crates/formats/tests/corpus", ROOT / "../shared/samples"]
out = pathlib.Path(sys.argv[1])
MOST_BYTES = 60_000


def files(*kinds):
    for folder in FOLDERS:
        for kind in kinds:
            for path in sorted(folder.glob(f"{kind}*/**/*")) if folder.is_dir() else []:
                if path.is_file() and path.stat().st_size <= MOST_BYTES:
                    yield path.read_bytes()


def text(content):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def inside(xml, *names):
    """What the first element of each name holds, prefixes passed over."""
    found = []
    for name in names:
        hit = re.search(rf"<(?:\w+:)?{name}\b[^>]*>(.*?)</(?:\w+:)?{name}>", xml, re.S)
        found.append(re.sub(r"\s+", " ", hit[1]) if hit else "")
    return found


def bare(xml):
    """Without prefixes, which the fragments could not declare."""
    return re.sub(r"\s\w+:(\w+=)", r" \1", re.sub(r"<(/?)\w+:", r"<\1", xml))


def put(target, seed):
    seed = seed if isinstance(seed, bytes) else seed.encode()
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(seed).hexdigest()[:16]).write_bytes(seed)


def fragments(target, kinds, cut):
    words = set()
    for content in files(*kinds):
        xml = bare(text(content))
        words.update(re.findall(r"<(\w+)", xml))
        words.update(re.findall(r"\s(\w+)=", xml))
        seed = cut(xml)
        if seed and seed.strip():
            put(target, seed)
    lines = [f'"<{w}>"\n"</{w}>"\n"{w}=\\""' for w in sorted(words) if len(w) < 40]
    (out / f"{target}.dict").write_text("\n".join(lines) + "\n")


def cfdi(xml):
    root = re.search(r"<Comprobante\b([^>]*)>(.*)</Comprobante>", xml, re.S)
    if not root:
        return None
    attributes = re.sub(r"\s(?:xmlns|xsi)[:\w]*=\"[^\"]*\"|\s(?:Version|schemaLocation)=\"[^\"]*\"", "", root[1])
    return " ".join(attributes.split()) + "\n" + " ".join(root[2].split())


def dte(xml):
    return "\n".join(inside(re.sub(r"<Documento\b[^>]*>", "<Documento>", xml), "Encabezado")) + "\n" + " ".join(
        re.findall(r"<Referencia>.*?</Referencia>", xml, re.S))


def ubl(xml):
    for root in ("Invoice", "CreditNote", "DebitNote", "AttachedDocument", "ApplicationResponse"):
        whole = re.search(rf"<{root}\b[^>]*>(.*)</{root}>", xml, re.S)
        if whole:
            return re.sub(r"\s+", " ", re.sub(r"<UBLExtensions>.*?</UBLExtensions>", "", whole[1], flags=re.S)) + "\n"
    return None


def cii(xml):
    return "\n".join(inside(xml, "(?:Header)?ExchangedDocument", r"Applicable\w*TradeSettlement"))


fragments("cfdi", ["cfdi"], cfdi)
fragments("dte", ["dte"], dte)
fragments("ubl", ["ubl"], ubl)
fragments("cii", ["cii"], cii)
fragments("facturae", ["facturae"], lambda xml: "\n".join(inside(xml, "FileHeader", "Invoice")))
fragments("camt", ["camt"], lambda xml: re.sub(r"\s+", " ", re.split(r"<Ntry>", xml)[0].split("<Stmt>")[-1])
          + "\n" + "".join(inside(xml, "Ntry")))
fragments("pain", ["sepa"], lambda xml: "".join(
    digit + "\n".join(inside(xml, header, batch)) for digit, header, batch in
    (("0", "GrpHdr", "OrgnlPmtInfAndSts"), ("1", "GrpHdr", "PmtInf")) if f"<{batch}>" in xml))
for content in files("mt940"):
    put("mt940", text(content).split(":61:", 1)[-1])
for content in files("n43"):
    put("norma43", re.split(rb"\r?\n22", content, maxsplit=1)[-1])
for content in files("ofx"):
    put("ofx", text(content).split("<STMTTRN>", 1)[-1])
for content in files("pdf", "cii-pdf"):
    put("pdf", content.split(b"\n", 1)[-1])
for content in files("table", "bank-csv", "erp", "dte-rcv"):
    put("table", content)
kinds = ["cfdi", "dte", "ubl", "cii", "facturae", "camt", "sepa", "mt940", "n43", "ofx", "pdf", "table", "bank-csv",
         "erp", "hostile", "xml-attacks"]
for content in files(*kinds):
    name = 1 if content[:2] == b"PK" else 0 if content.lstrip()[:1] == b"<" else 2
    put("read_any", bytes([name]) + content)
