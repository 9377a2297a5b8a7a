"""The choices offered to a customer: security questions and countries, spelled as customer records store them.

Both are free strings on the wire, so a record may hold others; a form keeps those. The questions are the original
client's. Its country list had 255 entries after the CIA World Factbook of 2006, and is rebuilt here from what is known
of it. What differs, and why:

- Bhutan is there once; it was listed twice.
- Added because they were missing: East Timor, Isle of Man, Kosovo, Montenegro, Serbia; Aland Islands, the Democratic
  Republic of the Congo (the one "Congo" stays), Palestine (Gaza and West Bank stay). Added because they are newer:
  South Sudan; Bonaire, Curacao and Sint Maarten after the Netherlands Antilles; Saint Barthelemy and Saint Martin.
- Old spellings stay what is stored, so that records and other clients agree, and are shown in today's: "Antartica" as
  Antarctica, "Burma" as Myanmar. What is stored is plain ASCII throughout.
- The order is that of the names shown.
"""

import unicodedata

SECURITY_QUESTIONS: tuple[str, ...] = (
    "What is your mother's maiden name?",
    "What is your favourite colour?",
    "Which city were you born in?",
    "What was the name of your high school?",
    "Who is your favourite philosopher?",
)

_STORED_COUNTRIES = """
Afghanistan; Aland Islands; Albania; Algeria; American Samoa; Andorra; Angola; Anguilla; Antartica;
Antigua and Barbuda; Argentina; Armenia; Aruba; Ashmore and Cartier Islands; Atlantic Ocean; Australia; Austria;
Azerbaijan;
Bahamas; Bahrain; Baker Island; Bangladesh; Barbados; Bassas da India; Belarus; Belgium; Belize; Benin; Bermuda;
Bhutan; Bolivia; Bonaire, Sint Eustatius and Saba; Bosnia and Herzegovina; Botswana; Bouvet Island; Brazil;
British Indian Ocean Territory; British Virgin Islands; Brunei; Bulgaria; Burkina Faso; Burma; Burundi;
Cambodia; Cameroon; Canada; Cape Verde; Cayman Islands; Central African Republic; Chad; Chile; China;
Christmas Island; Clipperton Island; Cocos Keeling Islands; Colombia; Comoros; Congo;
Congo, Democratic Republic of the; Cook Islands; Coral Sea Islands; Costa Rica; Cote divoire; Croatia; Cuba;
Curacao; Cyprus; Czech Republic;
Denmark; Djibouti; Dominica; Dominican Republic;
East Timor; Ecuador; Egypt; El Salvador; Equatorial Guinea; Eritrea; Estonia; Ethiopia; Europa Island;
Falkland Islands; Faroe Islands; Fiji; Finland; France; French Guiana; French Polynesia;
French Southern and Antarctic Lands;
Gabon; Gambia; Gaza; Georgia; Germany; Ghana; Gibraltar; Glorioso Islands; Greece; Greenland; Grenada; Guadeloupe;
Guam; Guatemala; Guernsey; Guinea; Guinea Bissau; Guyana;
Haiti; Heard Island and McDonald Islands; Honduras; Hong Kong; Howland Island; Hungary;
Iceland; India; Indonesia; Iran; Iraq; Ireland; Isle of Man; Israel; Italy;
Jamaica; Jan Mayen; Japan; Jarvis Island; Jersey; Johnston Atoll; Jordan; Juan de Nova Island;
Kazakhstan; Kenya; Kingman Reef; Kiribati; Kosovo; Kuwait; Kyrgyzstan;
Laos; Latvia; Lebanon; Lesotho; Liberia; Libya; Liechtenstein; Lithuania; Luxembourg;
Macau; Macedonia; Madagascar; Malawi; Malaysia; Maldives; Mali; Malta; Marshall Islands; Martinique; Mauritania;
Mauritius; Mayotte; Mexico; Micronesia; Midway Islands; Moldova; Monaco; Mongolia; Montenegro; Montserrat; Morocco;
Mozambique;
Namibia; Nauru; Navassa Island; Nepal; Netherlands; Netherlands Antilles; New Caledonia; New Zealand; Nicaragua;
Niger; Nigeria; Niue; Norfolk Island; North Korea; Northern Mariana Islands; Norway;
Oman;
Pakistan; Palau; Palestine; Palmyra Atoll; Panama; Papua New Guinea; Paracel Islands; Paraguay; Peru; Philippines;
Pitcairn Islands; Poland; Portugal; Puerto Rico;
Qatar;
Reunion; Romania; Russia; Rwanda;
Saint Barthelemy; Saint Helena; Saint Kitts and Nevis; Saint Lucia; Saint Martin; Saint Pierre and Miquelon;
Saint Vincent and The Grenadines; Samoa; Sanmarino; Sao Tome and Principe; Saudi Arabia; Senegal; Serbia; Seychelle;
Sierraleone; Singapore; Sint Maarten; Slovakia; Slovenia; Solomon Islands; Somalia; South Africa;
South Georgia and the South Sandwich Islands; South Korea; South Sudan; Spain; Spratly Islands; Sri Lanka; Sudan;
Suriname; Svalbard; Swaziland; Sweden; Switzerland; Syria;
Taiwan; Tajikistan; Tanzania; Thailand; Togo; Tokelau; Tonga; Trinidad and Tobago; Tromelin Island; Tunisia; Turkey;
Turkmenistan; Turks and Caicos Islands; Tuvalu;
Uganda; Ukraine; United Arab Emirates; United Kingdom; United States; Uruguay; Uzbekistan;
Vanuatu; Vatican; Venezuela; Vietnam; Virgin Islands;
Wake Island; Wallis and Futuna; West Bank; Western Sahara;
Yemen;
Zambia; Zimbabwe
"""

_SHOWN = {
    "Aland Islands": "Åland Islands",
    "Antartica": "Antarctica",
    "Burma": "Myanmar (Burma)",
    "Cocos Keeling Islands": "Cocos (Keeling) Islands",
    "Cote divoire": "Côte d'Ivoire",
    "Curacao": "Curaçao",
    "Czech Republic": "Czechia (Czech Republic)",
    "Guinea Bissau": "Guinea-Bissau",
    "Macedonia": "North Macedonia",
    "Netherlands Antilles": "Netherlands Antilles (until 2010)",
    "Reunion": "Réunion",
    "Saint Barthelemy": "Saint Barthélemy",
    "Saint Vincent and The Grenadines": "Saint Vincent and the Grenadines",
    "Sanmarino": "San Marino",
    "Sao Tome and Principe": "São Tomé and Príncipe",
    "Seychelle": "Seychelles",
    "Sierraleone": "Sierra Leone",
    "Swaziland": "Eswatini (Swaziland)",
    "Vatican": "Vatican City",
    "Virgin Islands": "Virgin Islands (US)",
}


def country_label(country: str) -> str:
    """Return the label of a stored country: today's spelling of an old one, any other as it is."""
    return _SHOWN.get(country, country)


def _place_in_list(country: str) -> str:
    # Accents do not count, so that "Côte d'Ivoire" stands before "Croatia".
    return unicodedata.normalize("NFKD", country_label(country)).encode("ascii", "ignore").decode().casefold()


COUNTRIES: tuple[str, ...] = tuple(sorted((name.strip() for name in _STORED_COUNTRIES.split(";")), key=_place_in_list))
DEFAULT_COUNTRY = "Australia"
