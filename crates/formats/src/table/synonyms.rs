//! What programs and people call the columns of receivables, in Spanish and English: a table, not
//! code. Headers are compared after [`super::headers::normal`]: lower case, without accents or
//! punctuation, words separated by one blank. A name may stand under several fields; the weight
//! (1–100) says which reading wins when both columns are free.

use super::mapping::Field;
use Field::*;

/// One field's names of one weight.
pub(super) type Names = (Field, u8, &'static str);

/// Names are separated by `|`.
#[rustfmt::skip]
pub(super) const SYNONYMS: &[Names] = &[
    // ---- the customer
    (CustomerCode, 95, "customer id|customer code|customer number|customer no|customer num|cust number|cust no|cust id|cust code|client id|client code|client number|codigo cliente|cod cliente|cod de cliente|codigo de cliente|codigo del cliente|id cliente|no cliente|n cliente|nro cliente|num cliente|numero cliente|numero de cliente|clave cliente|clave de cliente|clave del cliente|cve cliente|cve clie|cliente id|codigo auxiliar|cod auxiliar|cod aux|cuenta cliente|cuenta de cliente|customer account|debtor code|debtor id|debtor number|codigo deudor|id deudor|sold to|sold to party|payer|kunnr|codigo de tercero|codigo tercero|tercero|cuenta contable cliente|account number|account no|account id|cta cliente|codigo socio|codigo sn|card code|cardcode|codigo interno cliente"),
    (CustomerCode, 74, "customer|client|cliente|deudor|debtor|auxiliar|clave|codigo|code|cuenta|account|cod|cte"),
    (CustomerName, 95, "customer name|name customer|client name|nombre cliente|nombre de cliente|nombre del cliente|razon social|razon social cliente|razon social del cliente|razon social receptor|nombre o razon social|nombre razon social|denominacion|denominacion social|nombre fiscal|nombre deudor|nombre del deudor|nombre auxiliar|nombre receptor|debtor name|account name|nombre de la empresa a mostrar en la factura|invoice partner display name|bill to name|nombre tercero|nombre del tercero|card name|cardname|nombre sn|cliente nombre|nombre proveedor cliente|legal name|company name|nom cliente|rzn soc recep|nombre de cuenta"),
    (CustomerName, 82, "name|nombre|nombre 1|name 1|titular|empresa|partner|asociado|receptor|bill to|nombre comercial|nombre completo|razon"),
    (CustomerName, 78, "cliente|customer|client|deudor|debtor|tercero|comprador|buyer"),
    (CustomerName, 70, "contact name|nombre de contacto|nombre del contacto|nombre contacto|contacto|contact"),
    (TaxId, 95, "rut|rut cliente|rut del cliente|rut receptor|rut deudor|rut empresa|r u t|rfc|rfc cliente|rfc receptor|rfc del cliente|r f c|nif|cif|nif cif|cif nif|nif dni|cif dni|dni|nif cliente|cif cliente|nif del cliente|cif del cliente|nit|nit cliente|n i t|ruc|ruc cliente|r u c|cuit|cuit cliente|c u i t|ruc dni|dni ruc|tax id|taxid|tax identification number|tax number|tax no|tax code|vat|vat number|vat id|vat no|vat reg no|id fiscal|identificacion fiscal|numero de identificacion fiscal|n identificacion fiscal|no identificacion fiscal|numero identificacion fiscal|codigo legal|rol unico tributario|documento de identidad|documento identidad|numero documento identidad|numero de documento de identidad|nro doc identidad|num doc identidad|stcd1|registro fiscal|identificacion tributaria|nif iva|federal tax id|rut auxiliar|codigo fiscal"),
    (TaxId, 66, "identificacion|identificador|id"),
    (Country, 95, "pais|country|country code|codigo pais|cod pais|pais cliente|codigo de pais"),
    (Email, 95, "email|e mail|mail|correo|correo electronico|contact email|email contacto|email cliente|email cobranza|correo cobranza|correo de cobranza|email de cobranza|email cobros|mail cobranza|email facturacion|email address|correo e|direccion de correo|customer email|correo contacto|email de contacto"),
    (Phone, 95, "telefono|phone|tel|fono|celular|movil|mobile|contact phone|phone number|whatsapp|telefono contacto|telefono de contacto|telefono 1|telefono cliente|customer phone|telefono movil|numero de telefono"),
    (Contact, 95, "contact name|persona de contacto|contact person|atencion|atencion a|contacto cobranza|contacto de cobranza|nombre de contacto|contacto pagos"),
    (Contact, 85, "contacto|contact|nombre contacto|nombre del contacto"),
    (Address, 95, "direccion|address|domicilio|calle|street|direccion cliente|direccion fiscal|domicilio fiscal|street address|direccion 1"),
    (City, 90, "ciudad|city|comuna|poblacion|municipio|localidad|town"),
    (Segment, 90, "segmento|segment|grupo|group|categoria|rubro|tipo cliente|tipo de cliente|clase cliente|canal|customer group|grupo de clientes|grupo cliente|category"),
    (Collector, 90, "cobrador|collector|ejecutivo|gestor|agente|agent|ejecutivo de cobranza|ejecutivo cobranza|asignado a|responsable|collector name|gestor de cobro|gestor cobro"),
    (TermsDays, 95, "terms days|dias credito|dias de credito|dias plazo|dias de plazo|plazo dias|plazo en dias|credit days|payment terms days|payment term days|plazo de credito|dias de pago"),
    (CreditLimit, 95, "credit limit|limite de credito|limite credito|cupo|cupo credito|cupo de credito|linea de credito|linea credito|riesgo maximo|riesgo concedido|limite"),
    (OnHold, 95, "on hold|hold|bloqueado|bloqueo|retenido|suspendido|blocked|bloqueo cobranza"),

    // ---- the document
    (DocumentNumber, 98, "serie numero|serie y numero|serie nro|serie correlativo|serie y correlativo|numero serie|invoice number|invoice no|invoice num|invoice id|document number|document no|doc number|doc no|numero documento|numero de documento|n documento|n de documento|no documento|no de documento|nro documento|nro de documento|num documento|num de documento|num doc|n doc|nro doc|numero doc|numero factura|numero de factura|n factura|n de factura|no factura|no de factura|nro factura|nro de factura|num factura|num de factura|factura n|factura no|factura numero|folio|folio documento|folio factura|folio doc|folio docto|n folio|no folio|nro folio|numero folio|numero de folio|serie y folio|serie folio|numero comprobante|numero de comprobante|nro comprobante|num comprobante|n comprobante|cve doc|num fact|n fact|bill number|bill no|numero de documento fiscal|docnum|numero legal|n fra|num fra|numero fra"),
    (DocumentNumber, 80, "invoice|factura|bill|doc|document|doc id|document id|numero|number|comprobante|fra|belnr|ref factura|num|nro|no|n|documento no|n doc cliente|docto"),
    (DocumentNumber, 72, "documento|doc num"),
    (DocumentNumber, 45, "referencia|reference|xblnr"),
    (Series, 95, "serie|series|prefijo|prefix|letra|serie documento|serie factura"),
    (DocumentType, 95, "tipo documento|tipo de documento|tipo doc|tipo de doc|tipo docto|tipo dte|tipo comprobante|tipo de comprobante|clase de documento|clase documento|clase doc|doc type|document type|invoice type|tipo factura|tipo de factura|tipo dcto|blart|cod tipo documento|codigo tipo documento|tipo de movimiento cxc|td|tipo cfdi"),
    (DocumentType, 85, "tipo|type|clase|cl doc"),
    (DocumentType, 60, "documento|concepto|codigo documento|movimiento"),
    (Uuid, 98, "uuid|folio fiscal|uuid cfdi|folio fiscal uuid|cufe|cude|uuid factura|id unico"),
    (IssueDate, 96, "fecha emision|fecha de emision|f emision|fec emision|fch emision|emision|fecha documento|fecha de documento|fecha del documento|fecha doc|fecha docto|fecha dcto|fec doc|fch doc|fecha factura|fecha de factura|fecha de la factura|fecha fact|fecha fra|f factura|fec fac|issue date|issued|issue dt|issued on|date issued|invoice date|doc date|document date|document create date|date of invoice|bill date|fecha expedicion|fecha de expedicion|fecha elaboracion|fecha de elaboracion|bldat|f expedicion|fecha de factura recibo|fecha comprobante"),
    (IssueDate, 72, "fecha|date|f doc|fch|fec"),
    (IssueDate, 55, "posting date|fecha contable|fecha contabilizacion|fecha de contabilizacion|budat|baseline create date|fecha timbrado|fecha registro|created|created date|fecha creacion"),
    (DueDate, 97, "vencimiento|fecha vencimiento|fecha de vencimiento|fecha del vencimiento|fecha vto|fecha vcto|fecha venc|fec venc|fec vto|fec vcto|f vto|f venc|f vcto|f vencimiento|fch venc|vto|vcto|venc|due date|duedate|due|due in date|due on|due dt|date due|payment due date|vence|fecha limite|fecha limite de pago|fecha limite pago|net due date|vencimiento neto|maturity date|date maturity|maturity|invoice date due|fecha de vto|fecha vencim|vencim|fecha vence|vencimiento factura|zfbdt"),
    (Currency, 97, "moneda|divisa|currency|currency code|invoice currency|moneda del documento|moneda de documento|moneda documento|moneda doc|cod moneda|codigo moneda|codigo de moneda|tipo de moneda|tipo moneda|waers|mda|ccy|curr|cur|document currency|doc currency|mon"),
    (ExchangeRate, 95, "tipo de cambio|tipo cambio|t cambio|tc|t c|paridad|tasa de cambio|exchange rate|fx rate|tasa cambio|cambio"),
    (Total, 97, "total|monto total|importe total|total factura|total documento|total doc|total comprobante|invoice amount|invoice total|invoice value|bill total|bill amount|total amount|amount total|total firmado|total con signo|amount total signed|total invoice amount|importe factura|monto factura|valor factura|importe documento|monto documento|valor documento|importe original|monto original|valor original|original amount|document amount|doc amount|gross amount|importe en moneda doc|importe en moneda del documento|amount in doc curr|amount in document currency|amount in doc currency|importe vto|importe vencimiento|importe del vencimiento|importe efecto|importe recibo|total ttc|importe bruto|total en moneda|total original|monto bruto|total con iva|total iva incluido|grand total|wrbtr|monto doc"),
    (Total, 86, "importe|monto|valor|amount|valor total|total open amount|value|total a pagar|total a cobrar"),
    (Total, 55, "importe en moneda local|amount in local currency|amount in lc|dmbtr|total eur|total mn"),
    (Net, 95, "neto|monto neto|importe neto|valor neto|base imponible|base imponible firmada|subtotal|sub total|base|net|net amount|untaxed amount|base gravable|importe sin iva|base imponible con signo|amount untaxed signed|total neto|afecto|monto afecto"),
    (Tax, 95, "iva|monto iva|importe iva|iva monto|total iva|impuesto|impuestos|total impuestos|tax|tax amount|vat amount|igv|cuota iva"),
    (Exempt, 95, "exento|monto exento|importe exento|total exento|exempt|exempt amount"),
    (Open, 98, "saldo pendiente|saldo actual|saldo documento|saldo del documento|saldo doc|pendiente|importe pendiente|monto pendiente|valor pendiente|pendiente de cobro|pendiente cobro|pdte|pdte cobro|importe pdte|importe adeudado|importe adeudado firmado|adeudado|monto adeudado|adeudo|saldo adeudado|por cobrar|saldo por cobrar|importe por cobrar|deuda|saldo deuda|open amount|open balance|amount open|balance due|amount due|amount due signed|residual|amount residual|amount residual signed|residual amount|outstanding|outstanding amount|amount outstanding|remaining|remaining amount|remaining balance|unpaid|unpaid amount|saldo insoluto|saldo mn|saldo en mn|saldo final|saldo vivo|importe abierto|saldo factura|saldo cuota"),
    (Open, 90, "saldo|balance"),
    (Paid, 96, "pagado|importe pagado|monto pagado|valor pagado|importe cobrado|monto cobrado|cantidad cobrada|cobrado importe|amount paid|paid amount|applied|applied amount|amount applied|total pagado|total cobrado|total abonos|total abonado|abonado|amount received|payments received|pagos aplicados|importe abonado|monto abonado|importe pagos"),
    (Paid, 82, "cobrado|paid|pagos|abonos|payments|abono|cobros"),
    (Collected, 70, "cobrado|cobrada|pagado|pagada|paid"),
    (Debit, 92, "debe|cargo|cargos|debito|debitos|debit|monto cargo|importe debe"),
    (Credit, 92, "haber|credito|creditos|credit|importe haber"),
    (Credit, 76, "abono|abonos"),
    (ClearedDate, 95, "cleared date|clear date|clearing date|cleared on|cleared|settled date|settlement date|settled on|payment date|paid date|paid on|date paid|fecha pago|fecha de pago|fecha del pago|fecha cobro|fecha de cobro|fecha pagado|fecha compensacion|fecha de compensacion|augdt|fec pago|f pago|f cobro|fecha ultimo pago|fecha de liquidacion|fecha cobrado"),
    (Terms, 95, "terms|payment terms|payment term|cust payment terms|customer terms|condiciones|condiciones de pago|condicion de pago|condicion pago|condiciones pago|plazo|plazo de pago|plazo pago|condicion venta|condicion de venta|condiciones de venta|cond pago|zterm|termino de pago|terminos de pago|terminos|credit terms"),
    (Terms, 60, "forma de pago|forma pago|condicion"),
    (Disputed, 95, "disputed|dispute|in dispute|disputa|en disputa|litigio|en litigio|reclamada|en reclamo"),
    (State, 90, "estado|status|estado del pago|estado de pago|estado pago|payment status|payment state|situacion|estatus|estado documento|estado factura|state|application status|anulada|cancelada|vigencia"),
    (Reference, 80, "reference|referencia|ref|glosa|texto|text|description|descripcion|detalle|memo|notes|notas|observaciones|observacion|referencia de pago|comentario|comentarios|concepto"),
    (PurchaseOrder, 90, "po|purchase order|orden de compra|orden compra|oc|n oc|nro oc|no oc|customer po number|po number|su pedido|pedido cliente|numero de pedido|po no|num oc"),
    (AppliesTo, 95, "applies to|applied to|aplica a|documento relacionado|factura relacionada|documento referencia|folio docto referencia|folio referencia|folio doc referencia|factura rectificada|documento afectado|rectifica a|related document|related invoice|original invoice|doc afectado|numero factura afectada|uuid relacionado"),
    (AppliesToType, 95, "tipo docto referencia|tipo doc referencia|tipo documento referencia"),
    (Instalment, 95, "n vto|num vto|n vencimiento|nro vto|no vto|numero vencimiento|numero de vencimiento|cuota|n cuota|nro cuota|no cuota|num cuota|numero cuota|numero de cuota|parcialidad|num parcialidad|n parcialidad|instalment|installment|instalment number|installment number|n plazo|num plazo|plazo n|n efecto|efecto|n recibo vto|orden vto"),
    (UnitPrice, 95, "precio unidad|precio unitario|precio|unit price|price|valor unitario|precio unit"),
    (Quantity, 95, "unidades|cantidad|cant|quantity|qty|units|uds"),
    (DiscountPct, 85, "descuento|dto|descuentos|discount|desc"),
    (TaxKey, 60, "iva|impuesto|tasa iva|tipo iva|vat rate"),
    (WithholdingPct, 85, "retencion|retenciones|irpf|retencion irpf"),

    // ---- payments and the rest
    (PaymentNumber, 95, "payment|payment id|payment number|payment no|pago|id pago|n pago|no pago|nro pago|numero de pago|numero pago|folio pago|recibo|n recibo|no recibo|nro recibo|numero recibo|numero de recibo|receipt|receipt no|receipt number|id cobro|n cobro|ingreso"),
    (Method, 92, "method|payment method|medio de pago|medio pago|medios de pago|forma de pago|forma pago|means of payment|metodo|metodo de pago|metodo pago|tipo de pago|tipo pago|payment type|payment mode"),
    (Operation, 95, "operacion|n operacion|no operacion|nro operacion|num operacion|numero operacion|numero de operacion|operation|clave de rastreo|n transferencia|numero cheque|n cheque|no cheque|numero de cheque|transaction id"),
    (Date, 65, "fecha|date"),
    (Amount, 65, "amount|importe|monto|valor|total"),
    (MovementKind, 95, "kind|movement|movement kind|movement type|clase movimiento|tipo movimiento|tipo de movimiento|allocation kind|allocation type"),
    (Source, 90, "source|origen|documento origen|pago origen|source document|source number"),
    (Rate, 95, "base minor x1e4 per unit|rate|valor moneda|valor divisa|cotizacion|valor uf|valor dolar"),
    (PromisedDate, 98, "promised date|promise date|promised|promised for|promise to pay date|fecha promesa|fecha de promesa|fecha compromiso|fecha de compromiso|fecha prometida|promesa de pago|compromiso de pago|fecha compromiso de pago|fecha de compromiso de pago|fecha promesa de pago|fecha promesa pago"),
    (OpenedDate, 95, "opened|opened date|opened on|dispute date|dispute opened|fecha apertura|fecha de apertura|fecha disputa|fecha de disputa|apertura|fecha de la disputa"),
    (Reason, 92, "reason|motivo|causa|motivo disputa|motivo de disputa|motivo de la disputa|dispute reason|reason code|razon disputa"),
    (RowNumber, 40, "nro|n|item|fila|linea|row|line|correlativo"),
    (Supplier, 95, "rut proveedor|proveedor|nombre proveedor|nombre del proveedor|razon social proveedor|supplier|supplier name|supplier id|vendor|vendor name|vendor id|vendor number|nif proveedor|cif proveedor|rfc proveedor|codigo proveedor|cod proveedor|acreedor|lifnr"),

    // ---- columns met often and not needed: naming them keeps the looser comparison off them
    (Ignore, 99, "dias vencido|dias vencidos|dias de atraso|dias atraso|dias mora|dias de mora|days late|days overdue|days past due|overdue days|days to settle|days to pay|days to pay signed|days paid early|days paid late|antiguedad|demora tras vencimiento neto|aging|aging bucket|sociedad|company code|business code|bukrs|asignacion|assignment|zuonr|bloqueo de reclamacion|dunning block|indicador cme|special g l ind|indicador cuenta mayor especial|moneda local|local currency|ejercicio|fiscal year|buisness year|business year|posicion|line item|clave contabilizacion|posting key|posting id|area business|is open|paperless date|paperless bill|fecha recepcion|fecha acuse recibo|fecha acuse|fecha reclamo|vendedor|salesperson|sucursal|codigo sucursal|bodega|remesa|formato de numeracion|centro de costo|cc|codigo postal|cp|provincia|region|banco|bank"),
];
