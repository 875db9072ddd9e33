#!/usr/bin/env python3
"""Our readers beside the well-known ones of Python, on the same generated files, in one run.

    pip install lxml mt-940 ofxparse ofxtools openpyxl bankstatementparser && python3 benches/peers/readers.py [SCALE]

Makes the files (SCALE 1: 400 invoices of each of five formats, camt.053 of 100,000 entries, MT940 and OFX of 20,000,
XLSX of 100,000 rows), builds `cargo bench -p puntual-formats --bench readers`, and runs each reader in a process of
its own: one core, files in the page cache, start of the interpreter not counted, memory as the system counts it at
its highest. Both sides have to give the same number of records and the same sum; after a wrong answer no time is
printed. Invoices are read to the fields of `puntual read` and written as JSON; Python's side checks nothing.
"""
import datetime as dt
import decimal
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
D = decimal.Decimal
LINES = 10
SEAL = "kT9vY2+Qb7sXeW1mZr4uLp0cHdJfGaNi" * 11
CERTIFICATE = "MIIFuzCCA6OgAwIBAgIUMzAwMDEwMDAwMDA1" * 60


# ---- The files ----

def cfdi(n):
    lines = "".join(
        f'<cfdi:Concepto ClaveProdServ="84111506" Cantidad="1" ClaveUnidad="E48" Descripcion="Servicio {i} de abril" '
        f'ValorUnitario="100.00" Importe="100.00" ObjetoImp="02"><cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado '
        f'Base="100.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="16.00"/></cfdi:Traslados>'
        f'</cfdi:Impuestos></cfdi:Concepto>' for i in range(LINES))
    net, tax = LINES * 100, LINES * 16
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd" Version="4.0" Serie="A" Folio="{n}" Fecha="2026-04-{n % 28 + 1:02}T12:00:00" Sello="{SEAL}" FormaPago="99" NoCertificado="30001000000500003416" Certificado="{CERTIFICATE}" CondicionesDePago="30 DIAS" SubTotal="{net}.00" Moneda="MXN" Total="{net + tax}.00" TipoDeComprobante="I" Exportacion="01" MetodoPago="PPD" LugarExpedicion="42501"><cfdi:Emisor Rfc="EKU9003173C9" Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/><cfdi:Receptor Rfc="URE180429TM6" Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA" DomicilioFiscalReceptor="86991" RegimenFiscalReceptor="601" UsoCFDI="G03"/><cfdi:Conceptos>{lines}</cfdi:Conceptos><cfdi:Impuestos TotalImpuestosTrasladados="{tax}.00"><cfdi:Traslados><cfdi:Traslado Base="{net}.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="{tax}.00"/></cfdi:Traslados></cfdi:Impuestos><cfdi:Complemento><tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" Version="1.1" UUID="5A2B9F00-0000-4000-8000-{n:012X}" FechaTimbrado="2026-04-{n % 28 + 1:02}T12:00:05" RfcProvCertif="SPR190613I52" SelloCFD="{SEAL}" NoCertificadoSAT="30001000000500003456" SelloSAT="{SEAL}"/></cfdi:Complemento></cfdi:Comprobante>""".encode()


def dte(n):
    lines = "".join(f"<Detalle><NroLinDet>{i + 1}</NroLinDet><NmbItem>Servicio {i} de abril</NmbItem><QtyItem>1</QtyItem>"
                    f"<PrcItem>1000</PrcItem><MontoItem>1000</MontoItem></Detalle>" for i in range(LINES))
    net, tax = LINES * 1000, LINES * 190
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<DTE xmlns="http://www.sii.cl/SiiDte" version="1.0"><Documento ID="F{n}T33"><Encabezado><IdDoc><TipoDTE>33</TipoDTE><Folio>{n + 1}</Folio><FchEmis>2026-04-{n % 28 + 1:02}</FchEmis><FmaPago>2</FmaPago><FchVenc>2026-05-{n % 28 + 1:02}</FchVenc></IdDoc><Emisor><RUTEmisor>77777777-7</RUTEmisor><RznSoc>COMERCIAL ÑANDÚ LTDA.</RznSoc><GiroEmis>Comercio</GiroEmis><Acteco>469000</Acteco><DirOrigen>Av. Uno 1</DirOrigen><CmnaOrigen>Santiago</CmnaOrigen></Emisor><Receptor><RUTRecep>88888888-8</RUTRecep><RznSocRecep>CONSTRUCTORA PEÑALOLÉN SPA</RznSocRecep><GiroRecep>Construcción</GiroRecep><DirRecep>Av. Dos 2</DirRecep><CmnaRecep>Peñalolén</CmnaRecep></Receptor><Totales><MntNeto>{net}</MntNeto><TasaIVA>19</TasaIVA><IVA>{tax}</IVA><MntTotal>{net + tax}</MntTotal></Totales></Encabezado>{lines}<Referencia><NroLinRef>1</NroLinRef><TpoDocRef>801</TpoDocRef><FolioRef>OC-{n}</FolioRef><FchRef>2026-03-02</FchRef></Referencia><TED version="1.0"><DD><RE>77777777-7</RE><TD>33</TD><F>{n + 1}</F></DD><FRMT algoritmo="SHA1withRSA">{SEAL}</FRMT></TED></Documento><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>{SEAL}</SignatureValue><KeyInfo><X509Data><X509Certificate>{CERTIFICATE}</X509Certificate></X509Data></KeyInfo></Signature></DTE>""".encode("latin-1")


def facturae(n):
    address = "<AddressInSpain><Address>Calle Mayor 1</Address><PostCode>28013</PostCode><Town>Madrid</Town><Province>Madrid</Province><CountryCode>ESP</CountryCode></AddressInSpain>"
    lines = "".join(f"<InvoiceLine><ItemDescription>Servicio {i} de abril</ItemDescription><Quantity>1</Quantity><UnitPriceWithoutTax>100.00</UnitPriceWithoutTax><TotalCost>100.00</TotalCost><GrossAmount>100.00</GrossAmount><TaxesOutputs><Tax><TaxTypeCode>01</TaxTypeCode><TaxRate>21.00</TaxRate><TaxableBase><TotalAmount>100.00</TotalAmount></TaxableBase><TaxAmount><TotalAmount>21.00</TotalAmount></TaxAmount></Tax></TaxesOutputs></InvoiceLine>" for i in range(LINES))
    party = lambda nif, name: f"<TaxIdentification><PersonTypeCode>J</PersonTypeCode><ResidenceTypeCode>R</ResidenceTypeCode><TaxIdentificationNumber>{nif}</TaxIdentificationNumber></TaxIdentification><LegalEntity><CorporateName>{name}</CorporateName>{address}</LegalEntity>"
    net, tax = LINES * 100, LINES * 21
    total = net + tax
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<fe:Facturae xmlns:fe="http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><FileHeader><SchemaVersion>3.2.2</SchemaVersion><Modality>I</Modality><InvoiceIssuerType>EM</InvoiceIssuerType><Batch><BatchIdentifier>X{n}</BatchIdentifier><InvoicesCount>1</InvoicesCount><TotalInvoicesAmount><TotalAmount>{total}.00</TotalAmount></TotalInvoicesAmount><InvoiceCurrencyCode>EUR</InvoiceCurrencyCode></Batch></FileHeader><Parties><SellerParty>{party("B12345674", "Suministros del Henares, S.L.")}</SellerParty><BuyerParty>{party("A58818501", "Talleres Ribera, S.A.")}</BuyerParty></Parties><Invoices><Invoice><InvoiceHeader><InvoiceNumber>{n}</InvoiceNumber><InvoiceSeriesCode>A</InvoiceSeriesCode><InvoiceDocumentType>FC</InvoiceDocumentType><InvoiceClass>OO</InvoiceClass></InvoiceHeader><InvoiceIssueData><IssueDate>2026-04-{n % 28 + 1:02}</IssueDate><InvoiceCurrencyCode>EUR</InvoiceCurrencyCode><TaxCurrencyCode>EUR</TaxCurrencyCode><LanguageName>es</LanguageName></InvoiceIssueData><TaxesOutputs><Tax><TaxTypeCode>01</TaxTypeCode><TaxRate>21.00</TaxRate><TaxableBase><TotalAmount>{net}.00</TotalAmount></TaxableBase><TaxAmount><TotalAmount>{tax}.00</TotalAmount></TaxAmount></Tax></TaxesOutputs><InvoiceTotals><TotalGrossAmount>{net}.00</TotalGrossAmount><TotalGrossAmountBeforeTaxes>{net}.00</TotalGrossAmountBeforeTaxes><TotalTaxOutputs>{tax}.00</TotalTaxOutputs><TotalTaxesWithheld>0.00</TotalTaxesWithheld><InvoiceTotal>{total}.00</InvoiceTotal><TotalOutstandingAmount>{total}.00</TotalOutstandingAmount><TotalExecutableAmount>{total}.00</TotalExecutableAmount></InvoiceTotals><Items>{lines}</Items><PaymentDetails><Installment><InstallmentDueDate>2026-05-{n % 28 + 1:02}</InstallmentDueDate><InstallmentAmount>{total}.00</InstallmentAmount><PaymentMeans>04</PaymentMeans><AccountToBeCredited><IBAN>ES9121000418450200051332</IBAN></AccountToBeCredited></Installment></PaymentDetails></Invoice></Invoices><ds:Signature><ds:SignatureValue>{SEAL}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></fe:Facturae>""".encode()


def ubl(n):
    party = lambda role, vat, name: f'<cac:{role}><cac:Party><cbc:EndpointID schemeID="9920">{vat}</cbc:EndpointID><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName><cac:PostalAddress><cbc:StreetName>Calle Mayor 1</cbc:StreetName><cbc:CityName>Madrid</cbc:CityName><cac:Country><cbc:IdentificationCode>ES</cbc:IdentificationCode></cac:Country></cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:{role}>'
    money = lambda name, amount: f'<cbc:{name} currencyID="EUR">{amount}.00</cbc:{name}>'
    lines = "".join(f'<cac:InvoiceLine><cbc:ID>{i + 1}</cbc:ID><cbc:InvoicedQuantity unitCode="EA">1</cbc:InvoicedQuantity>{money("LineExtensionAmount", 100)}<cac:Item><cbc:Name>Servicio {i} de abril</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price>{money("PriceAmount", 100)}</cac:Price></cac:InvoiceLine>' for i in range(LINES))
    net, tax = LINES * 100, LINES * 21
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID><cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID><cbc:ID>A-{n}</cbc:ID><cbc:IssueDate>2026-04-{n % 28 + 1:02}</cbc:IssueDate><cbc:DueDate>2026-05-{n % 28 + 1:02}</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{party("AccountingSupplierParty", "ESB12345674", "Suministros del Henares, S.L.")}{party("AccountingCustomerParty", "ESA58818501", "Talleres Ribera, S.A.")}<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>A-{n}</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>ES9121000418450200051332</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans><cac:TaxTotal>{money("TaxAmount", tax)}<cac:TaxSubtotal>{money("TaxableAmount", net)}{money("TaxAmount", tax)}<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>{money("LineExtensionAmount", net)}{money("TaxExclusiveAmount", net)}{money("TaxInclusiveAmount", net + tax)}{money("PayableAmount", net + tax)}</cac:LegalMonetaryTotal>{lines}</Invoice>""".encode()


def cii(n):
    party = lambda role, vat, name: f'<ram:{role}><ram:Name>{name}</ram:Name><ram:PostalTradeAddress><ram:LineOne>Calle Mayor 1</ram:LineOne><ram:CityName>Madrid</ram:CityName><ram:CountryID>ES</ram:CountryID></ram:PostalTradeAddress><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{vat}</ram:ID></ram:SpecifiedTaxRegistration></ram:{role}>'
    date = lambda day: f'<udt:DateTimeString format="102">{day}</udt:DateTimeString>'
    lines = "".join(f"<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{i + 1}</ram:LineID></ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>Servicio {i} de abril</ram:Name></ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>100.00</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>" for i in range(LINES))
    net, tax = LINES * 100, LINES * 21
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"><rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext><rsm:ExchangedDocument><ram:ID>A-{n}</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>{date(f"202604{n % 28 + 1:02}")}</ram:IssueDateTime></rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{lines}<ram:ApplicableHeaderTradeAgreement>{party("SellerTradeParty", "ESB12345674", "Suministros del Henares, S.L.")}{party("BuyerTradeParty", "ESA58818501", "Talleres Ribera, S.A.")}</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement><ram:PaymentReference>A-{n}</ram:PaymentReference><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>ES9121000418450200051332</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans><ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>{date(f"202605{n % 28 + 1:02}")}</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{net}.00</ram:LineTotalAmount><ram:TaxBasisTotalAmount>{net}.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">{tax}.00</ram:TaxTotalAmount><ram:GrandTotalAmount>{net + tax}.00</ram:GrandTotalAmount><ram:DuePayableAmount>{net + tax}.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


INVOICES = {"CFDI": cfdi, "DTE": dte, "Facturae": facturae, "UBL": ubl, "CII": cii}


def camt_entry(n):
    return f"""<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="EUR">{n % 5000 + 1}.{n % 100:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-04-{n % 28 + 1:02}</Dt></BookgDt><ValDt><Dt>2026-04-{n % 28 + 1:02}</Dt></ValDt><AcctSvcrRef>REF{n:012}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>F2026-{n:06}</EndToEndId></Refs><RltdPties><Dbtr><Nm>CLIENTE NÚMERO {n} S.L.</Nm></Dbtr><DbtrAcct><Id><IBAN>ES7700491500012810123456</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>PAGO FACTURA F2026-{n:06} DE ABRIL</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def write_camt(path, entries):
    with open(path, "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
                  "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-05-01T00:00:00</CreDtTm></GrpHdr><Stmt><Id>2026-04</Id>"
                  "<CreDtTm>2026-05-01T00:00:00</CreDtTm><Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy>"
                  "</Acct>\n")
        out.writelines(camt_entry(n) for n in range(entries))
        out.write("</Stmt></BkToCstmrStmt></Document>\n")


def write_mt940(path, entries):
    with open(path, "w", encoding="utf-8", newline="\r\n") as out:
        out.write(":20:STARTUMS\n:25:21000418/0200051332\n:28C:1/1\n:60F:C260401EUR0,00\n")
        for n in range(entries):
            out.write(f":61:2604{n % 28 + 1:02}04{n % 28 + 1:02}C{n % 5000 + 1},{n % 100:02}NTRFF2026-{n:06}//REF{n:09}\n"
                      f":86:166?00TRANSFERENCIA?20EREF+F2026-{n:06}?21SVWZ+PAGO FACTURA?22F2026-{n:06} DE ABRIL"
                      f"?30CAIXESBB?31ES7700491500012810123456?32CLIENTE {n} SL\n")
        closing = sum(D(f"{n % 5000 + 1}.{n % 100:02}") for n in range(entries))
        out.write(f":62F:C260430EUR{str(closing).replace('.', ',')}\n-\n")


def write_ofx(path, entries):
    with open(path, "w", encoding="ascii", newline="\r\n") as out:
        out.write("OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
                  "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
                  "<DTSERVER>20260501<LANGUAGE>SPA</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0"
                  "<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>2100<ACCTID>0200051332<ACCTTYPE>CHECKING"
                  "</BANKACCTFROM><BANKTRANLIST><DTSTART>20260401<DTEND>20260430\n")
        for n in range(entries):
            out.write(f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>202604{n % 28 + 1:02}120000<TRNAMT>{n % 5000 + 1}.{n % 100:02}"
                      f"<FITID>REF{n:012}<NAME>CLIENTE {n} SL<MEMO>PAGO FACTURA F2026-{n:06}</STMTTRN>\n")
        out.write("</BANKTRANLIST><LEDGERBAL><BALAMT>0.00<DTASOF>20260430</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n")


def write_xlsx(path, rows):
    """A list of open items as ERPs export it: text in the table of shared strings, typed numbers and dates."""
    headers = ["Cliente", "Razón social", "RUT", "Tipo documento", "Folio", "Fecha emisión", "Fecha vencimiento", "Moneda",
               "Total", "Saldo", "Vendedor", "Observación"]
    strings, index = [], {}

    def text(column, row, value):
        at = index.setdefault(value, len(index))
        if at == len(strings):
            strings.append(value)
        return f'<c r="{column}{row}" t="s"><v>{at}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/'
                      b'spreadsheetml/2006/main"><sheetData><row r="1">')
            out.write("".join(text("ABCDEFGHIJKL"[i], 1, h) for i, h in enumerate(headers)).encode() + b"</row>\n")
            for n in range(rows):
                r = n + 2
                issued, total = 46113 + n % 30, 1000 + n % 9000
                out.write((f'<row r="{r}">' + text("A", r, f"C{n % 5000:05}") + text("B", r, f"CLIENTE NÚMERO {n % 5000} LTDA.")
                           + text("C", r, "88888888-8") + text("D", r, "Factura") + f'<c r="E{r}"><v>{n + 1}</v></c>'
                           f'<c r="F{r}" s="1"><v>{issued}</v></c><c r="G{r}" s="1"><v>{issued + 30}</v></c>'
                           + text("H", r, "CLP") + f'<c r="I{r}"><v>{total}</v></c><c r="J{r}"><v>{total}</v></c>'
                           + text("K", r, f"Vendedor {n % 20}") + text("L", r, f"Orden de compra {n}") + "</row>\n").encode())
            out.write(b"</sheetData></worksheet>")
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006"
        book.writestr("xl/sharedStrings.xml", f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{main}" uniqueCount="{len(strings)}">'
                      + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>")
        book.writestr("xl/styles.xml", f'<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="{main}"><fonts count="1"><font/></fonts>'
                      '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
                      '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>')
        book.writestr("xl/workbook.xml", f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                      '<sheet name="Cartera" sheetId="1" r:id="rId1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{package}/relationships">'
                      f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/'
                      f'styles" Target="styles.xml"/><Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
        book.writestr("_rels/.rels", f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                      f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        book.writestr("[Content_Types].xml", f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{package}/content-types"><Default Extension="rels" '
                      'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
                      f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
                      f'ContentType="{kind}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/><Override '
                      f'PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>')


# ---- The readers of Python; each gives records and the sum of their amounts ----

def first(node, *path):
    """The first of that path of local names; the quickest way lxml has."""
    for name in path:
        node = next(node.iterchildren(f"{{*}}{name}"), None)
        if node is None:
            return None
    return node


def words(node, *path):
    found = first(node, *path)
    return None if found is None or found.text is None else " ".join(found.text.split())


def every(node, name):
    return list(node.iterchildren(f"{{*}}{name}"))


def fields(**values):
    return values


def of_cfdi(root):
    seller, buyer, taxes = first(root, "Emisor"), first(root, "Receptor"), first(root, "Impuestos")
    stamp, related = first(root, "Complemento", "TimbreFiscalDigital"), first(root, "CfdiRelacionados")
    return fields(kind=root.get("TipoDeComprobante"), series=root.get("Serie"), number=root.get("Folio"), uuid=stamp.get("UUID"),
                  issue_date=root.get("Fecha")[:10], due_dates=[], terms=root.get("CondicionesDePago"), method=root.get("MetodoPago"),
                  currency=root.get("Moneda"), net=root.get("SubTotal"), tax=taxes.get("TotalImpuestosTrasladados"),
                  withheld=taxes.get("TotalImpuestosRetenidos"), total=root.get("Total"), payable=root.get("Total"),
                  seller_id=seller.get("Rfc"), seller_name=seller.get("Nombre"), buyer_id=buyer.get("Rfc"),
                  buyer_name=buyer.get("Nombre"), lines=len(first(root, "Conceptos")),
                  refs=[] if related is None else [r.get("UUID") for r in related])


def of_dte(root):
    document = first(root, "Documento")
    header = first(document, "Encabezado")
    ids, totals = first(header, "IdDoc"), first(header, "Totales")
    return fields(kind=words(ids, "TipoDTE"), series=None, number=words(ids, "Folio"), uuid=None, issue_date=words(ids, "FchEmis"),
                  due_dates=[words(ids, "FchVenc")], method=words(ids, "FmaPago"), currency="CLP", net=words(totals, "MntNeto"),
                  tax=words(totals, "IVA"), withheld=None, total=words(totals, "MntTotal"), payable=words(totals, "MntTotal"),
                  seller_id=words(header, "Emisor", "RUTEmisor"), seller_name=words(header, "Emisor", "RznSoc"),
                  buyer_id=words(header, "Receptor", "RUTRecep"), buyer_name=words(header, "Receptor", "RznSocRecep"),
                  lines=len(every(document, "Detalle")), refs=[words(r, "FolioRef") for r in every(document, "Referencia")])


def of_facturae(root):
    invoice = first(root, "Invoices", "Invoice")
    head, totals = first(invoice, "InvoiceHeader"), first(invoice, "InvoiceTotals")
    dues = every(first(invoice, "PaymentDetails"), "Installment")
    party = lambda side: first(root, "Parties", side)
    return fields(kind=words(head, "InvoiceClass"), series=words(head, "InvoiceSeriesCode"), number=words(head, "InvoiceNumber"), uuid=None,
                  issue_date=words(invoice, "InvoiceIssueData", "IssueDate"), due_dates=[words(d, "InstallmentDueDate") for d in dues],
                  method=words(dues[0], "PaymentMeans"), iban=words(dues[0], "AccountToBeCredited", "IBAN"),
                  currency=words(invoice, "InvoiceIssueData", "InvoiceCurrencyCode"), net=words(totals, "TotalGrossAmountBeforeTaxes"),
                  tax=words(totals, "TotalTaxOutputs"), withheld=words(totals, "TotalTaxesWithheld"), total=words(totals, "InvoiceTotal"),
                  payable=words(totals, "TotalExecutableAmount"),
                  seller_id=words(party("SellerParty"), "TaxIdentification", "TaxIdentificationNumber"),
                  seller_name=words(party("SellerParty"), "LegalEntity", "CorporateName"),
                  buyer_id=words(party("BuyerParty"), "TaxIdentification", "TaxIdentificationNumber"),
                  buyer_name=words(party("BuyerParty"), "LegalEntity", "CorporateName"), lines=len(first(invoice, "Items")), refs=[])


def of_ubl(root):
    totals, means = first(root, "LegalMonetaryTotal"), first(root, "PaymentMeans")
    party = lambda role: first(root, role, "Party")
    return fields(kind=words(root, "InvoiceTypeCode"), series=None, number=words(root, "ID"), uuid=words(root, "UUID"),
                  issue_date=words(root, "IssueDate"), due_dates=[words(root, "DueDate")], method=words(means, "PaymentMeansCode"),
                  iban=words(means, "PayeeFinancialAccount", "ID"), currency=words(root, "DocumentCurrencyCode"),
                  net=words(totals, "TaxExclusiveAmount"), tax=words(root, "TaxTotal", "TaxAmount"), withheld=None,
                  total=words(totals, "TaxInclusiveAmount"), payable=words(totals, "PayableAmount"),
                  seller_id=words(party("AccountingSupplierParty"), "PartyTaxScheme", "CompanyID"),
                  seller_name=words(party("AccountingSupplierParty"), "PartyLegalEntity", "RegistrationName"),
                  buyer_id=words(party("AccountingCustomerParty"), "PartyTaxScheme", "CompanyID"),
                  buyer_name=words(party("AccountingCustomerParty"), "PartyLegalEntity", "RegistrationName"),
                  lines=len(every(root, "InvoiceLine")),
                  refs=[words(r, "InvoiceDocumentReference", "ID") for r in every(root, "BillingReference")])


def of_cii(root):
    head, trade = first(root, "ExchangedDocument"), first(root, "SupplyChainTradeTransaction")
    agreement, settled = first(trade, "ApplicableHeaderTradeAgreement"), first(trade, "ApplicableHeaderTradeSettlement")
    totals = first(settled, "SpecifiedTradeSettlementHeaderMonetarySummation")
    party = lambda role, *path: words(agreement, role, *path)
    return fields(kind=words(head, "TypeCode"), series=None, number=words(head, "ID"), uuid=None,
                  issue_date=words(head, "IssueDateTime", "DateTimeString"),
                  due_dates=[words(settled, "SpecifiedTradePaymentTerms", "DueDateDateTime", "DateTimeString")],
                  iban=words(settled, "SpecifiedTradeSettlementPaymentMeans", "PayeePartyCreditorFinancialAccount", "IBANID"),
                  currency=words(settled, "InvoiceCurrencyCode"), net=words(totals, "TaxBasisTotalAmount"),
                  tax=words(totals, "TaxTotalAmount"), withheld=None, total=words(totals, "GrandTotalAmount"),
                  payable=words(totals, "DuePayableAmount"), seller_id=party("SellerTradeParty", "SpecifiedTaxRegistration", "ID"),
                  seller_name=party("SellerTradeParty", "Name"), buyer_id=party("BuyerTradeParty", "SpecifiedTaxRegistration", "ID"),
                  buyer_name=party("BuyerTradeParty", "Name"), lines=len(every(trade, "IncludedSupplyChainTradeLineItem")),
                  refs=[words(r, "IssuerAssignedID") for r in every(settled, "InvoiceReferencedDocument")])


def lxml_invoices(path):
    from lxml import etree
    of = {"Comprobante": of_cfdi, "DTE": of_dte, "Facturae": of_facturae, "Invoice": of_ubl, "CrossIndustryInvoice": of_cii}
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    paths, started, records, total = list(pathlib.Path(path).iterdir()), time.perf_counter(), 0, D(0)
    while time.perf_counter() - started < 2:
        for one in paths:
            root = etree.fromstring(one.read_bytes(), parser)
            found = of[root.tag.rpartition("}")[2]](root)
            json.dumps(found)
            records, total = records + 1, total + D(found["total"])
    return records, total


def lxml_camt(path):
    from lxml import etree
    ns = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.02}"
    records, total = 0, D(0)
    for _, entry in etree.iterparse(path, tag=f"{ns}Ntry"):
        amount, details = first(entry, "Amt"), first(entry, "NtryDtls", "TxDtls")
        found = fields(amount=D(amount.text), currency=amount.get("Ccy"), side=words(entry, "CdtDbtInd"), status=words(entry, "Sts"),
                       booked=dt.date.fromisoformat(words(entry, "BookgDt", "Dt")), value=dt.date.fromisoformat(words(entry, "ValDt", "Dt")),
                       bank_reference=words(entry, "AcctSvcrRef"), reference=words(entry, "NtryRef"),
                       code=words(entry, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"), end_to_end=words(details, "Refs", "EndToEndId"),
                       name=words(details, "RltdPties", "Dbtr", "Nm"), account=words(details, "RltdPties", "DbtrAcct", "Id", "IBAN"),
                       text=words(details, "RmtInf", "Ustrd"))
        records, total = records + 1, total + found["amount"]
        entry.clear(keep_tail=False)
        while entry.getprevious() is not None:
            del entry.getparent()[0]
    return records, total


def bankstatementparser_camt(path):
    from bankstatementparser import CamtParser
    frame = CamtParser(path).parse()
    return len(frame), sum((D(str(amount)) for amount in frame["Amount"]), D(0))


def mt940_text(path):
    import mt940
    found = mt940.parse(path, encoding="utf-8")
    return len(found.transactions), sum((t.data["amount"].amount for t in found.transactions), D(0))


def ofxparse_text(path):
    import ofxparse
    with open(path, "rb") as file:
        found = ofxparse.OfxParser.parse(file).account.statement.transactions
    return len(found), sum((t.amount for t in found), D(0))


def ofxtools_text(path):
    from ofxtools.Parser import OFXTree
    tree = OFXTree()
    tree.parse(path)
    found = tree.convert().statements[0].transactions
    return len(found), sum((t.trnamt for t in found), D(0))


def openpyxl_xlsx(path):
    import openpyxl
    rows = openpyxl.load_workbook(path, read_only=True, data_only=True).active.iter_rows(values_only=True)
    at = {name: place for place, name in enumerate(next(rows))}
    records, total = 0, D(0)
    for row in rows:
        fields(number=str(row[at["Folio"]]), issued=row[at["Fecha emisión"]].date(), due=row[at["Fecha vencimiento"]].date(),
               customer=row[at["Cliente"]], name=row[at["Razón social"]], tax_id=row[at["RUT"]], open=D(row[at["Saldo"]]))
        records, total = records + 1, total + D(row[at["Total"]])
    return records, total


# ---- The comparison ----

def run(command):
    """The last line printed, as JSON, and the most memory the process had, in megabytes."""
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, stdout=out, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(map(str, command))}: status {child.returncode}")
        out.seek(0)
        return json.loads(out.read().splitlines()[-1]), used.ru_maxrss // 1024


def build():
    command = ["cargo", "bench", "-q", "-p", "puntual-formats", "--bench", "readers", "--no-run", "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    programs = (json.loads(line).get("executable") for line in built.stdout.splitlines() if line.startswith("{"))
    return [program for program in programs if program][-1]


def compare(ours, what, kind, path, peers, unit, size=None):
    found = {"Puntual": run([ours, kind, path])}
    for peer in peers:
        found[peer] = run([sys.executable, __file__, "--reader", peer, path])
    mean = {name: (one["records"], D(one["sum"])) for name, (one, _) in found.items()}
    per_record = {name: total / count for name, (count, total) in mean.items()}
    same = len(set(per_record.values())) == 1 if kind == "invoices" else len(set(mean.values())) == 1
    if not same:
        sys.exit(f"{what}: different answers {mean}")
    base = found["Puntual"][0]
    for name, (one, memory) in found.items():
        seconds = one["milliseconds"] / 1000
        rate = (size / 1e6 if unit == "MB/s" else one["records"]) / seconds
        ratio = (one["milliseconds"] / one["records"]) / (base["milliseconds"] / base["records"])
        print(f"{what:<26}{name:<22}{seconds:>8.2f} s{rate:>12,.0f} {unit:<10}{memory:>6} MB{ratio:>8.1f}x", flush=True)


def main(scale):
    ours = os.environ.get("READERS") or build()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        print(f"{'what':<26}{'reader':<22}{'time':>10}{'rate':>12} {'':<10}{'memory':>9}{'time':>9}")
        for what, make in INVOICES.items():
            (folder / what).mkdir()
            for n in range(max(int(400 * scale), 5)):
                (folder / what / f"{n}.xml").write_bytes(make(n))
            mean = len(make(1)) // 1000
            compare(ours, f"{what} ({mean} kB each)", "invoices", folder / what, ["lxml_invoices"], "files/s")
        banks = [("camt.053", "camt", "xml", write_camt, 100_000, ["lxml_camt"], "MB/s"),
                 ("camt.053, a tenth", "camt", "xml", write_camt, 10_000, ["bankstatementparser_camt"], "MB/s"),
                 ("MT940", "text", "sta", write_mt940, 20_000, ["mt940_text"], "entries/s"),
                 ("OFX", "text", "ofx", write_ofx, 20_000, ["ofxtools_text"], "entries/s"),
                 ("OFX, a tenth", "text", "ofx", write_ofx, 2_000, ["ofxparse_text"], "entries/s"),
                 ("XLSX", "xlsx", "xlsx", write_xlsx, 100_000, ["openpyxl_xlsx"], "rows/s")]
        for what, kind, suffix, write, count, peers, unit in banks:
            path, count = folder / f"one.{suffix}", max(int(count * scale), 10)
            write(path, count)
            compare(ours, f"{what} ({count:,})", kind, path, peers, unit, path.stat().st_size)
            path.unlink()


if sys.argv[1:2] == ["--reader"]:
    reader, path = globals()[sys.argv[2]], sys.argv[3]
    for library in {"lxml_invoices": ["lxml.etree"], "lxml_camt": ["lxml.etree"], "mt940_text": ["mt940"], "ofxparse_text": ["ofxparse"],
                    "ofxtools_text": ["ofxtools.Parser"], "openpyxl_xlsx": ["openpyxl"],
                    "bankstatementparser_camt": ["bankstatementparser"]}[sys.argv[2]]:
        importlib.import_module(library)
    begun = time.perf_counter()
    count, amount = reader(path)
    spent = (time.perf_counter() - begun) * 1000
    print(json.dumps({"records": count, "sum": str(amount), "milliseconds": max(spent, 1)}))
else:
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1)
