//! Currencies and indexed units, with how many decimals their smallest unit has.
//!
//! Indexed units (CLF: Chile's UF, MXV: Mexico's UDI, COU: Colombia's UVR) behave as currencies
//! with a daily rate (domain reference §0 and A1).

use std::fmt;
use std::str::FromStr;

/// A currency by its ISO 4217 alphabetic code. Copy, three bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The text is not a three-letter currency code this program knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency: {0:?} (an ISO 4217 code such as CLP, MXN or EUR is expected)")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// Chilean peso, no decimals.
    pub const CLP: Currency = Currency(*b"CLP");
    /// Unidad de fomento, Chile's indexed unit, four decimals.
    pub const CLF: Currency = Currency(*b"CLF");
    /// Mexican peso.
    pub const MXN: Currency = Currency(*b"MXN");
    /// Unidad de inversión (UDI), Mexico's indexed unit.
    pub const MXV: Currency = Currency(*b"MXV");
    /// Euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// United States dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// The three-letter code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Decimals of the smallest unit (ISO 4217 exponent).
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"CLP" | b"PYG" | b"JPY" | b"KRW" | b"VND" | b"ISK" | b"UGX" | b"XAF" | b"XOF"
            | b"XPF" | b"RWF" | b"KMF" | b"GNF" | b"DJF" | b"BIF" | b"VUV" | b"UYI" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// How many of the smallest unit make one: 1 for CLP, 100 for MXN, 10 000 for CLF.
    pub fn scale(self) -> i64 {
        10_i64.pow(self.decimals())
    }

    /// Whether this is an indexed unit of account and not money one pays with.
    pub fn is_indexed_unit(self) -> bool {
        matches!(&self.0, b"CLF" | b"MXV" | b"COU" | b"UYI" | b"UYW")
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Accepts the code in any case, and the everyday names UF and UDI for CLF and MXV.
    fn from_str(text: &str) -> Result<Currency, UnknownCurrency> {
        let trimmed = text.trim();
        let code = match trimmed {
            _ if trimmed.eq_ignore_ascii_case("UF") => "CLF",
            _ if trimmed.eq_ignore_ascii_case("UDI") => "MXV",
            other => other,
        };
        let unknown = || UnknownCurrency(text.to_owned());
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| unknown())?;
        let bytes = bytes.map(|byte| byte.to_ascii_uppercase());
        let (known, _) = KNOWN.as_bytes().as_chunks::<4>();
        match known.binary_search_by(|entry| entry[..3].cmp(&bytes)) {
            Ok(_) => Ok(Currency(bytes)),
            Err(_) => Err(unknown()),
        }
    }
}

/// ISO 4217 active codes (list one, 2024), without precious metals and test codes; in order, four
/// bytes each.
const KNOWN: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV \
BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP \
ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD \
JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR \
MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG ZWL ";

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_iso_4217() {
        for (code, decimals) in
            [("CLP", 0), ("clf", 4), ("UF", 4), ("MXN", 2), ("KWD", 3), ("PYG", 0)]
        {
            assert_eq!(code.parse::<Currency>().unwrap().decimals(), decimals, "{code}");
        }
        assert!("XXX".parse::<Currency>().is_err());
        assert!("pesos".parse::<Currency>().is_err());
    }
}
