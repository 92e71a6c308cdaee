"""The words by which `offers_in_text` tells what is said of a price.

In English, German, French, Spanish, Dutch, Italian and Portuguese.

They are matched against folded small letters: "Stück" is "stuck" there, "für" "fur", "pièce" "piece".
"""

import re


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


def _whole(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){_any(*words)}(?![a-z])")


# Stretches of text in which no number is an amount; taken out before anything is read.
ELSEWHERE = re.compile(
    "|".join(
        (
            r"https?://\S{1,200}",
            r"[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}",
            r"(?<![0-9.,])[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])",
            r"(?<![0-9.,])[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{4}|[0-9]{2})(?![0-9])",
            r"(?<![0-9.,])[0-9]{1,2}/[0-9]{1,2}(?![0-9])",
            r"(?<![0-9.,])[0-9]{1,2}:[0-9]{2}(?:\s?[ap]\.?m\b\.?)?",
            r"(?<![0-9.,])[0-9]{1,2}\s?(?:[ap]\.?m\b\.?|o'?clock|uhr\b|h[0-9]{2}\b)",
            r"(?<![a-z])(?:19|20)[0-9]{2}(?=\s(?:model|version|edition|modell))",
            r"(?<![a-z])(?:in|since|year|anno|seit|incoterms) (?:19|20)[0-9]{2}(?![0-9.,])",
            r"(?<![a-z])(?:(?:ticket|case) #?[0-9]+|(?:order|contract|vertrag|commande|pedido) #?[0-9]{4,}|(?:room"
            r"|extension|suite|raum) [0-9]+)",
            r"(?:\+|(?<![0-9])00)[0-9][0-9 ()/.-]{6,20}[0-9]",
            r"(?:tel|phone|telephone|telefon|call me (?:on|at)|call|mobile|handy|fax|whatsapp"
            r"|ruf(?:en sie)? .{0,20}an)[ .:]{1,3}[(]?[0-9][0-9 ()/.-]{4,20}[0-9]",
            r"(?<![a-z])(?:round|runde|ronda|tour) [0-9]+(?: (?:of|von|sur|de) [0-9]+)?",
            r"(?:#|(?<![a-z])(?:(?:no|nr|num)\.|po|ref|reference|invoice|rechnung|auftrag|article|artikel|item"
            r"|sku|model|modell|version|size|grosse|page|seite|chapter|type|typ|step|gate|hall|halle|level|class"
            r"|grade|generation|gen|serie|series|section|clause|facture|factura|plz|zip|building|gebaude|floor"
            r"|question|(?:order|lot|room|part|box|option|article|item|bestell|auftrags)-?(?: |s)?(?:number"
            r"|numero|nummer|no|nr|code|id))[.:]? ?#?)[0-9][0-9a-z/-]*",
            r"(?<![0-9.,])[0-9]{1,2}(?:st|nd|rd|th)\b",
            r"(?<![0-9.,])[0-9]{1,2}\.?\s(?:of\s)?(?:jan|feb|mar(?!k)|marz|apr|may|mai|jun|jul|aug|sep|oct|okt"
            r"|nov|dec|dez|janv|fevr|avr|juin|juil|aout|ene|abr|ago|dic)[a-z]{0,7}\b(?:\s[0-9]{4})?",
            r"(?<![a-z])(?:january|february|march|april|may|june|july|august|september|october|november|december"
            r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?\s[0-9]{1,2}(?![0-9.,])(?:,?\s[0-9]{4})?",
            r"(?<![0-9])[0-9]{1,4}\s?(?:of|out of|/)\s?[0-9]{1,4} rounds?",
            r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag"
            r"|freitag)(?:,? the)? [0-9]{1,2}(?![0-9.,])",
            r"(?:24|7)/(?:7|24|365)",
            r"(?<![0-9.,])[0-9]{1,5} (?!(?:an?|per|the|for|and) )(?:[a-z]+ ){1,2}(?:street|avenue|road|boulevard"
            r"|st(?=[.,]|$))(?![a-z])",
            r"(?<=[a-z])(?:str\.|strasse|straat) [0-9]{1,4}[a-z]?(?![0-9a-z])",
        )
    )
)

# What may stand around a number.
EACH = re.compile(
    r"[ ,]{0,2}(?:(?:/|an?|per|pro|je|par|por)\s?(?:single )?(?:units?|pieces?|pc|pcs|item|each|ea|stuck|stk|einheit"
    r"|unite|article|unidade?|pieza|peca|pezzo|unita)|for (?:each|every|one)|each|ea|apiece|a pop|c/u|p[./] ?[pu]\.?"
    r"|unit price|das stuck"
    r"|l'unite|a l'unite|la piece|la unidad|chacune?|cada (?:una?|uma?)|per stuk|al? pezzo|l'un[oa]|cadaun[oa]"
    r"|ciascun[oa]|a unita|a unidade)(?![a-z])"
)
EACH_BEFORE = re.compile(
    r"(?:each|per (?:unit|piece|item)|a piece|unit price|price per unit|stuckpreis|pro stuck|je stuck|l'unite"
    r"|par piece|prix unitaire|precio unitario|por unidade?|cada uno|per stuk|stukprijs|prezzo unitario"
    r"|preco unitario)[a-z ]{0,12}[:=]? ?$"
)
TOTAL = re.compile(
    r"[ ,]{0,2}(?:in )?(?:total|in all|altogether|all told|overall|lump sum|for the (?:lot|whole|batch"
    r"|order|complete)|for everything|for the whole|insgesamt|gesamt|zusammen|fur alles|komplett|pauschal"
    r"|totaal|au total|en tout|pour le tout|en total|in tot(?:ale|o)|in tutto|no total|ao todo|por tudo|por todo"
    r"|por todos|todo junto|as a (?:total|package))(?![a-z])"
)
TOTAL_BEFORE = re.compile(
    r"(?:total(?: price)?(?: of)?|sum of|altogether|all in all|all in for|lump sum(?: of)?|overall|insgesamt"
    r"|gesamt(?:preis|summe)?|zusammen|(?:het )?totaal|en total|au total|en tout|total de|pauschal|=|equals|makes"
    r"|comes to)(?: (?:is|of|be|would be|de|von|(?:for|fur|pour|por|voor"
    r"|van) [a-z ]{0,12}[0-9]{1,7}[a-z ]{0,16}))?[ :]{0,2}$"
)
# What a price is for that is no unit: for so many, a pack, a weight.
PER_OTHER = re.compile(
    r"\s?(?:/|a|per|for (?:each|every)|je|pro|par|por)\s?(?:\d|(?:ten|dozen|hundred|thousand|pack(?:age|et)?s?|box"
    r"|case|carton|crate|bag|pallet|set|pair|kilo|kg|ton(?:ne)?|lit(?:re|er)|gallon|met(?:re|er)|hour|day|week"
    r"|month|year|hundert|packung|karton|kiste|palette|paquet|carton|paquete|caja)(?![a-z]))"
)
CENTS = re.compile(r"\s?(?:¢|(?:cents?|ct|centimes|centavos)(?![a-z]))|c(?=[\s/.,;!?]|$)")

# What is said of the number, in the same clause before or after it.
NOT_REALLY = re.compile(
    r"why not|warum nicht|pourquoi pas|por que no|no problem|not a problem|kein problem|pas de probleme|no doubt"
    r"|without doubt|not bad|nicht schlecht|pas mal|if not|wenn nicht|not only|no worries|if you (?:don't"
    r"|do not) mind|what would you say to|(?:see )?your way(?: clear)? to|che ne dic[ei]|sharpen your pencils?"
    r"|no more than fair|isn't it|ain't it|(?:^|\W)no[,!] |(?:^|[.!?;] ?)no\. "
)
LIMIT_BEFORE = _whole(
    r"(?:at|no|not|nothing) (?:least|most|less|more|lower|higher|under|over|below|above|beyond)(?: than)?",
    r"(?:below|under|above|over|beneath|beyond|exceed(?:s|ing)?|less than|more than|lower than|higher than|up to"
    r"|as low as|upwards of|down to at most|within)",
    r"(?:start(?:s|ing)|begin(?:s|ning)) (?:at|from)|(?:north|south) of|closer to|nearer(?: to)?|the (?:most"
    r"|least) (?:i|we)",
    r"approved|released|allocated|earmarked|capped|authori[sz]ed(?! to offer)(?: for)?|sub|min|minimum|max|maximum"
    r"|limit(?: is| of)?|floor|ceiling|budget|cap|cost price|reserve",
    r"unter|uber|mindestens|hochstens|ab|maximal|minimal|bis zu|nicht mehr als|nicht weniger als|weniger als"
    r"|mehr als|limit|obergrenze|untergrenze",
    r"(?:pas )?(?:moins|plus) de|au moins|au plus|jusqu'a|en dessous de|au-dessus de|sous",
    r"(?:no )?(?:menos|mas) de|al menos|como (?:mucho|maximo|minimo)|a lo sumo|hasta|por debajo de|por encima de"
    r"|bajar de|minimo|maximo|mindest[a-z]*|hochst[a-z]*",
    r"(?:piu|meno) di|al (?:massimo|minimo)|massimo|almeno|fino a|sott?o (?:i|gli)|sopra (?:i|gli)|a partire da",
    r"(?:mais|menos) (?:de|do que)|no (?:maximo|minimo)|ate|pelo menos|abaixo de|acima de|a partir de|vanaf|minstens",
)
LIMIT_AFTER = re.compile(
    r"\s?(?:or (?:less|more|lower|under|above|below|better)|at (?:most|least)|minimum|maximum|min\b|max\b|tops"
    r"|and (?:up|above|below|under)|is (?:my|our|the) (?:limit|minimum|maximum|max|min|floor|budget|ceiling"
    r"|bottom line|lowest i can see|most|least)|(?:ist|ware|est|es) (?:das|unser|mein|le|notre|mon|el|nuestro|mi)"
    r" (?:maximum|minimum|limit|ausserste|plafond|maximo|minimo|limite|tope)|to spend|(?:of |in )?budget"
    r"|oder (?:weniger|mehr)|ou (?:moins|plus)|como (?:maximo|minimo)|au (?:maximum"
    r"|minimum|plus|moins)|o (?:menos|mas)|maximal|mindestens"
    r"|\+(?!\s?(?:[0-9]|vat|tax|mwst|ust|tva|iva|btw|free|shipping|freight|delivery|versand)))"
)
NEGATED_BEFORE = _whole(
    r"not|no|never|can't|cannot|cant|can not|couldn't|won't|wont|wouldn't|don't|dont|doesn't|isn't|neither|nor"
    r"|unable|refused?|reject(?:ed)?|declined?|turn(?:ed)? down|doubt|doubtful",
    r"nicht|kein(?:e[nmrs]?)?|niemals|nie|weder|ablehnen",
    r"pas|jamais|aucune?|impossible|refuse[rz]?|n'[a-z]+",
    r"nunca|tampoco|ningun[a]?|rechazo|non(?!-)|nessun[oa]?|nao|nem|nenhum[a]?",
    r"didn't|did not say|haven't|nobody|no one|niet|geen|nooit",
)
NEGATED_AFTER = re.compile(
    r"[a-z0-9 ,/'.]{0,40}?(?:(?:is|are|was|were|would be|seems?|looks?|sounds?|'s|is ons|ist|sind|ware|est|serait"
    r"|es|son|seria)(?: \w+)? (?:too|much too|way too|not|out of|(?:well )?(?:outside|above|over)|(?:well )?(?:below"
    r"|under) (?:our |my )?(?:own )?costs?|(?:more|less|higher|lower) than|a lot|impossible|zu|nicht|viel|unmoglich"
    r"|trop|pas|demasiado|muy|te|no|off|beyond|far|never)(?![a-z])|isn't|is not|won't|will not|cannot|can't|doesn't"
    r"|does not|hurts|exceeds|does nothing|would not|wouldn't|geht nicht|reicht nicht|passt nicht"
    r"|(?:would|will|'d) (?:kill|ruin|bankrupt|hurt|sink) |(?:i|we)(?:'d| would) (?:be|lose) |(?:i|we)(?:'m|'re| am"
    r"| are)? (?:los(?:e|ing)|mak(?:e|ing)|earn(?:ing)?) (?:money|nothing|no )|better off"
    r"|too (?:low|high|much|little|dear|expensive)|zu (?:hoch|teuer|wenig|niedrig)|te (?:duur|hoog|laag|weinig)"
    r"|trop (?:cher|haut|bas)|demasiado|troppo|demais|muito (?:caro|alto|baixo)|(?:e|es|est|is|ist) (?:p(?:ou|o)co"
    r"|peu|wenig|weinig)"
    r"|(?<![a-z])(?:ni(?:ch|e)t|non|nao|pas(?! (?:mal|un|plus|moins))|no (?:l[oae]s?|me|se|es|puedo|podemos"
    r"|vend[oe]|da))(?![a-z]))"
    r"|,? (?:i(?:'m| am)|we(?:'re| are)) out(?! of)|\s(?:bin ich|sind wir|ware ich|waren wir) raus"
    r"|(?!\s?(?:or|oder|ou|o) )[a-z ]{0,30}(?<![a-z])(?:elsewhere|woanders|anderswo|ailleurs|altrove)(?![a-z])"
    r"|[a-z ]{0,12}(?:is|are|ist|est|es|e|sono|sao) (?:\w+ )?(?:\w+ )?(?:joke|ridiculous|steep|insult(?:ing)?"
    r"|outrageous|absurd|high|low|expensive|dear|teuer|hoch|cher|caro)(?![a-z])"
)
# Somebody else's number, or an old one: said of it anywhere before, or right before it.
REPORTED_BEFORE = _whole(
    r"your|yours|you (?:ask(?:ed|ing)?|said|say|want(?:ed)?|offer(?:ed)?|quot(?:e|ed)|bid|mentioned|proposed|paid"
    r"|charge|named|start(?:ed)?)|you(?:'re| are| were) (?:at|asking|offering)"
    r"|you (?:sold|gave|raised|cut|lowered|went)|(?:i|we) (?:were|was|started|began)(?: off)? at|(?:i|we) wrote"
    r"|did you (?:say|mean)|how come",
    r"(?:they|he|she|others?|somebody|someone|another (?:seller|buyer|supplier|company|vendor|customer)"
    r"|competitors?|competition|rivals?|amazon|ebay|everyone|others)",
    r"(?!(?:as|have|has|price|already|previously|hereby|amount)(?![a-z]))[a-z]{3,} (?:just |already )?quoted"
    r"|(?:currently|presently|now|derzeit|aktuell|momentaneel) (?:pay|paying|buy|buying|get|zahlen|betalen)"
    r"|(?:zahlen|payons|pagamos|paghiamo|betalen) (?:derzeit|aktuell|actuellement|actualmente|attualmente|atualmente"
    r"|nu)",
    r"(?:quoted|offered|charged?|charges|wanted|asked) (?:us|me)|(?:am|was|were|been|being|are) (?:quoted|offered)"
    r"|saw|seen|found|gesehen|gefunden|vu|visto",
    r"last (?:time|year|month|week|order)|previous(?:ly)?|used to|usually|normally|(?:i|we) paid|why",
    r"ihr(?:e[nmrs]?)?|dein(?:e[nmrs]?)?|sie (?:wollen|verlangen|sagten|bieten)|du (?:willst|sagtest)"
    r"|andere[rns]?|konkurrenz|(?:wett|mit)bewerb(?:er)?|warum|letztes mal",
    r"votre|ton|vos|vous (?:demandez|avez dit|proposez|offrez)|concurrents?",
    r"su|tu|usted (?:pide|dijo|ofrece)|otro[s]?|competencia|pedia[s]?|pides",
    r"suo|sua|vostr[oaei]|altr[oaei]|chied(?:e|ete|i)|concorrent[ei]|concorrenza",
    r"seu|vosso|vossa|outr[oa]s?|pede[m]?|pediu|concorrencia",
    r"u (?:vraagt|biedt|zei)|je (?:vraagt|biedt|zei)|uw|jullie|concurrent(?:en|ie)?",
)
# What the whole clause is about: a price of before, of the market, of buying it, or none that anybody offers.
NOT_ON_OFFER = _whole(
    r"last (?:year|quarter|season|spring|summer|autumn|winter|contract)|in the past|back then|letztes jahr|im vorjahr"
    r"|l'an(?:nee)? dernier(?:e)?|el ano pasado|la ultima vez|vorig jaar|vorige keer|l'anno scorso|l'ultima volta"
    r"|(?:o )?ano passado|(?:d)?a ultima vez",
    r"market(?: price| rate| value| average)?(?: is| was| stands)|retail(?: price)?(?: is| was)|the going rate"
    r"|marktpreis|prix du marche"
    r"|precio de mercado|marktprijs",
    r"(?:purchase|own|landed|production|buying|manufacturing) (?:cost|price)s?|einkaufspreis|prix d'achat"
    r"|precio de compra|inkoopprijs",
    r"(?:i|we|you) (?:can|could|would) (?:get|buy|find) (?:it|them|one|these|those|the same) (?:for|at)"
    r"|goes (?:for|at)|used|refurbished"
    r"|second-?hand|(?:these|they|those|it|which) (?:were|was|cost|used to)|had (?:i|we|you|they)",
    r"suppose|supposing|imagine|hypothetical(?:ly)?|theoretically|angenommen|supposons|imaginons|supongamos|stel",
    r"if (?:the|your|our|my) price (?:were|was)|if (?:i|we|they) (?:were to|went|moved|agreed|came)",
    r"withdraw|withdrew|retract|take back|ignore|disregard|forget(?: about)?|ziehen? .{0,20}zuruck",
    r"(?:shipping|freight|delivery|courier|postage|dut(?:y|ies)|customs|packaging|handling|installation|insurance"
    r"|training|support|transport|versand|porto|envio|livraison)"
    r"(?:(?: costs?| charges?| fees?|kosten)|(?: costs?| charges?| fees?)? (?:is|are|would be|comes? to))",
    r"(?:(?:was|were|been) told|budgeted|(?:invoice|contract|catalogue|website|he|she|boss|manager"
    r"|client) (?:says|wants)"
    r"|sells|charges|lists|online|you sold|(?:previous|earlier|last) (?:purchase )?order|(?:agreement"
    r"|contract) with(?! you)|(?:have|got|received) an?(?:other)? (?:[a-z]+ )?(?:offer|quote|bid)s?"
    r" (?:from|of|at)|(?:recommended|list|catalogue|catalog|retail)(?: retail)? price [a-z ]{0,20}is|listenpreis"
    r"|precio de catalogo"
    r"|prix (?:catalogue|public)|(?:avons|ai|avez) paye|pagamos|abbiamo pagato|haben .{0,20}(?:ge|be)zahlt|verlangt)",
    r"(?:anderen?|anderer|autre|otro|altro|outro) (?:lieferant(?:en)?|anbieter|fournisseur|proveedor|fornitore"
    r"|fornecedor)"
    r"|(?:vendor|supplier|seller|bidder|dealer|anbieter|lieferant|fournisseur|proveedor) (?:no\.? ?)?(?:[b-hj-z]"
    r"|[0-9]{1,2})",
    r"los(?:e|es|ing) money|i wish|wish i|than (?:to )?(?:sell|pay|buy)(?:ing)?|if only|you must have|mistyped"
    r"|misread|misheard"
    r"|(?:would|will|'d) (?:kill|fire|sack|shoot|murder) (?:me|us)|(?:make|earn)s? [0-9]+(?:[.,][0-9]+)?\s?%",
    r"(?:comparable|similar|equivalent|competing|(?:other|another) (?:vendor|supplier|shop|store|seller|machine"
    r"|model))",
    r"(?:might|could|would|should) have (?:taken|been|gone|paid|sold|bought|accepted|agreed|done)"
    r"|if (?:i|we) (?:go|come|went|came) (?:back|home)",
)
ENDED_AFTER = re.compile(
    r"[a-z ,/.]{0,30}?(?:(?:has |is |had |have )?(?:expired|lapsed|withdrawn|no longer|off the table)"
    r"|was (?:an? )?(?:typo|mistake|slip|error))(?![a-z])"
)
# With such words a whole text offers nothing.
NOT_AN_OFFER = _whole(
    "\N{THUMBS DOWN SIGN}|\N{CROSS MARK}|\N{NO ENTRY SIGN}|\N{FACE WITH NO GOOD GESTURE}",
    r"(?:not|isn't|no) (?:an? |yet an? )?(?:binding |formal |firm |real |official )?(?:offer|commitment)(?: yet)?",
    r"(?:don't|do not|not to be) (?:take|treat|read|regard|see|taken|read|understood) (?:this |that |it )?as an? offer",
    r"kein (?:verbindliches )?angebot|unverbindlich|pas une offre|no es una oferta|geen (?:bindend )?bod",
)
# The other side's price is taken.
ACCEPTS = re.compile(
    r"(?<![a-z])(?:accept(?:ed|s)?|take (?:all |it |them |the )*(?:[0-9]+ |units? )*(?:at|for)|agree(?:d)?(?: to"
    r"| on| at)?|akzeptiere[n]?|accept(?:e|ons)|acept(?:o|amos))"
    r"(?: (?:your|the|ihre|ihren|votre|vos|su|tu))?"
    r"(?: (?:last|latest|final|best|revised|new))?(?: (?:price|offer|quote|bid|figure|preis|prix|precio))?"
    r"(?: (?:of|at|von|de|is))? ?[:,]? ?$"
)
TAKEN_AFTER = re.compile(r"[a-z ,]{0,12}?(?:is|are) (?:acceptable|agreed|accepted|fine|ok(?:ay)?|good|yours)(?![a-z])")
# What a sentence with an offer says beside its numbers: that somebody offers or takes something, or less surely.
ACTS = _whole(
    r"offer(?:s|ing)?|bid(?:ding)?|propos(?:e|al|ing)|counter|suggest(?:ion)?|accept(?:ed|able|s)?|agree(?:d|ment)?"
    r"|deal"
    r"|done|sold|works?|fine|ok(?:ay)?|yes|good|happy|yours|final|take|go(?:ing)? (?:to|for|with|up|down|as)|settle"
    r"|sign(?:ed)?|shake|confirm(?:ed)?|make it|call it|meet|buy|best (?:price|offer|i)|last (?:price|offer)|stick|stay"
    r"|firm|hold(?:ing)?|stands?|remain|close|sharpen|revise|throw in|live with|you win|all ?right|subject to",
    r"(?:i|we)(?:'ll|'d|'m|'re|ll)?(?: [a-z]+){0,2} (?:do|pay|go|sell|say|give|come|ask(?:ing)?|quote|charge|want"
    r"|need)",
    r"biete[nt]?|angebot|gebot|einverstanden|abgemacht|akzeptiere[n]?|nehme[n]?|vorschlag|schlage|gehe|gehen|geht"
    r"|zahle[n]?"
    r"|treffen|mitte|einig",
    r"propos(?:e|ons|ition)|offr(?:e|ons)|accept(?:e|ons)|d'accord|accord|prends|prenons|paie|payons|marche conclu",
    r"ofre(?:zco|cemos)|oferta|acept(?:o|amos)|de acuerdo|trato|pag(?:o|amos|ar)|propon(?:go|emos)|dej(?:o|amos)",
    r"bied(?:en)?|bod|akkoord|accepteer|betaal|neem",
    r"offr(?:o|iamo)|propon(?:go|iamo)|accett(?:o|iamo)|faccio|facciamo|chiudiamo|affare fatto"
    r"|ofere(?:co|cemos)|proponho|propomos|aceit(?:o|amos)|fech(?:o|amos|ado)|coup(?:e|ons|er) la poire",
)
HINTS = _whole(
    r"how about|what about|would|could|can|can't you|let's|let us|let you|get|give|do|price|each|per|apiece|total"
    r"|all in"
    r"|for all|once|in mind|green light|doable|possible|have (?:them|those|it)|if you|when you|for (?:the|those"
    r"|these|all)|want|need|thinking|including|excluding|quote|sell|ask(?:ing)?|pay|units?|pieces?|pcs|order"
    r"|available|list|discount|delivered|delivery|warranty|payment|net|it is|that's|makes|comes to|so|then|at|x",
    r"preis|pro|je|kann|konnte[n]?|konnten|mache[n]?|stuck|wenn|fur|lieferung|zahlung|liefern|mit|geben|mein|unser"
    r"|noch|moglich|machbar|garantie|lieferzeit|ziel",
    r"prix|pour|peux|pouvons|pouvez|si vous|faire|piece|l'unite|livraison|avec|mon|notre|dernier",
    r"precio|por|puedo|podemos|podria|si|unidad|entrega|mi|nuestr[oa]|ultim[oa]|final",
    r"prijs|per|voor|kan|kunnen|stuk|stuks|levering|mijn|onze|als",
    r"prezzo|preco|posso|possiamo|podemos|pezz[oi]|peca|unita|unidade|consegna|pagamento|garanzia|cada",
)
# Right before what the writer itself offers, whatever other prices it speaks of.
OWN_BEFORE = re.compile(
    r"(?<![a-z])(?:(?:i|we)(?:'ll|'d|'m|'re|ll|m)?(?: (?:will|would|can|could|am|are|now|hereby|therefore|only|just))*"
    r" (?:offer(?:ing)?|go(?:ing)?|do|pay(?:ing)?|bid(?:ding)?|propose|quote|say|suggest|make it|(?:come )?(?:up"
    r"|down) to)"
    r"|meant|comes to|split the difference|(?:my|our) (?:[a-z]+ )?(?:offer|bid|price|proposal|counter"
    r"|quote)(?:(?: now)? is| now| would be)?"
    r"|you(?:'d|'ll)?(?: now| would| will)* pay|halfway(?: is)?|makes|which (?:is|gives)|so|thus|hence"
    r"|(?:ich|wir) bieten?|biete(?:n)? (?:ich|wir)|mein (?:angebot|gebot)|je propose|nous (?:proposons|offrons)"
    r"|(?:mon|notre) offre|ofre(?:zco|cemos)|(?:mi|nuestra) oferta|(?:ik|we|wij) bied(?:en)?|mijn bod"
    r"|offr(?:o|iamo)|ofere(?:co|cemos)|correct(?:ion|ed)?(?: that| this| it)?)"
    r"(?: (?:you|to|at|for|a|an|price|of|is|up|down|it|exactly|that|just|only|ihnen|ist|est|es|de|u"
    r"|je)){0,4}[ :,]{0,3}$"
)
# Before the one of several prices that holds.
NEWEST = re.compile(
    r"(?<![a-z])(?:(?:right )?now|today|how about|what about|for you|let's (?:say|do|make it|call it|meet at"
    r"|settle (?:at|on)))"
    r"(?:,? (?:(?:i|we)(?:'m|'re| am| are)|it(?:'s| is)|only|just|at|down to|up to))*[ :,]{1,2}$"
)
REPORTED_BESIDE = re.compile(
    r"(?<![a-z])(?:instead of|down from|up from|from|versus|vs\.?|compared (?:to|with)|rather than|against|than"
    r"|off(?!:)|asked|(?:asking |list |catalogue |retail |market )price|m?s?rp|rrp|uvp|charge of|paid|costs? (?:me"
    r"|us)|cost"
    r"|bought (?:it )?(?:at|for)|worth|valued? at|average|sav(?:e|ing)s?(?: us| you| me)?|shipped|produced|received"
    r"|counted|shows|contains|fits|weighs|says|wants|holds(?! at)|retails?(?: at| for)?|discount|rebate|deposit"
    r"|shipping|freight"
    r"|fee|plus|surcharge|vat|tax|margin|difference|gap|another|by|add|adding|(?:offer|price|bid|quote) was|extra"
    r"|additional|beat|undercut|(?<!to )(?<!we )(?<!i )(?<!can )(?<!new )(?<!my )(?<!our )(?<!revised )quote"
    r"|statt|anstatt|listenpreis"
    r"|(?<!preis )(?<!angebot )(?<!gebot )von|um|rabatt|als|au lieu de|en vez de"
    r"|en lugar de|remise de|descuento de|list)(?: (?:is|of|was|at|for|a|only|our|the|your))?[ :]{1,2}$"
)
REPORTED_AFTER = re.compile(
    r", ?(?:seriously|really) ?\?|(?:\?[?!]*|!\?|\.{2,}) ?(?:in (?:your|my) dreams|no|never|nein|non|nunca|sorry"
    r"|impossible|not|forget it|come on|are you|you must be"
    r"|you(?:'re| are) (?:joking|kidding|dreaming)|seriously|really|unmoglich|leider)\b"
    r"|\s(?:on|at|from|bei|chez|en) (?:amazon|ebay|alibaba|walmart|costco|staples|best buy|newegg|other"
    r"|the (?:web|internet|net|market))|(?: \w+){0,2} online|(?: \w+){0,3} gesehen"
    r"|(?: [a-z]+){1,4} (?:other|another|anderen|autre|otro|altro|outro) (?:supplier|vendor|seller|dealer"
    r"|lieferanten|anbieter|fournisseur|proveedor|fornitore|fornecedor)"
    r"|\s(?:(?!(?:incl|with|no|plus|and|free|per|each|an?)(?![a-z]))[a-z-]+\s){0,2}(?:fee|surcharge|deposit|penalty)"
    r"(?![a-z])|\s(?:is|was|are) your(?![a-z])|\s(?:on top|extra)(?![a-z])|\s?(?:you (?:asked|said|want|quoted|offered"
    r"|mentioned|propose)|that you"
    r"|from (?:another|a|the other|your|some(?:body|one)|others?)|for theirs|elsewhere|last (?:time|year|month|week)"
    r"|is what (?:you|they|others)"
    r"|your (?:best|last|final|lowest|price|offer)|(?:as|for) (?:a )?(?:shipping|freight|deposit|discount|postage"
    r"|delivery charge)|(?:off|less|more|cheaper|dearer|lower|higher|discount|rabatt|weniger|gunstiger|nachlass"
    r"|de moins|de remise|moins|menos|de descuento)(?![a-z])|would be nice"
    r"|was (?:my|your|the|an?)|used to|came|i (?:paid|was quoted)|ago)"
    r"|\sauf (?:[$€£]\s?)?[0-9]"
)
# What a price is said to be, unless it is something that suits the writer.
JUDGED_AFTER = re.compile(
    r"\s(?:is|'s|would be|will be|seems?|feels?|looks?|sounds?|ist|ware|est|serait|es|seria)(?: to be)?\s(?=[a-z])"
    r"(?!(?:(?:for|with|without|plus|including|incl|per|each|then|what|how|as|all|it|mine|my|our|net|where (?:i"
    r"|we) (?:can"
    r"|could|stand|meet|am|are)|mein|unser|das|ich|wir|notre|mon|mi|nuestr[oa])|(?:[a-z'-]+ ){0,3}?(?:ok|okay|fine|good"
    r"|great|fair"
    r"|perfect|all ?right|acceptable|possible|doable|feasible|workable|reasonable|right|realistic|manageable|best"
    r"|agreed"
    r"|accepted|final|firm|yours|enough|deal|compromise|cheap|generous|worth|ideal|approved|confirmed|set|attractive"
    r"|competitive|excellent|wonderful|lovely|super|brilliant|awesome|decent|agreeable|satisfactory|valid|plan"
    r"|sweet spot|within reach|on the table"
    r"|something (?:i|we) c(?:an|ould)|goed|parfait|perfect[oa]|perfeito|bom|price|offer|bid|number|figure|gut|prima"
    r"|machbar|moglich|drin|in ordnung|fest|bon|bien|correct|posible|buen[oa]?|justo))(?![a-z]))"
)
# "Is 400 your best price?" asks, and offers nothing.
ASKS_ABOUT = re.compile(
    r"^\W*(?:which|do you have|would you have|gibt es|avez-vous|hay|stay at|remain at|insist on|who|was|were|did"
    r"|why|warum|wieso|pourquoi|por que|what (?:if not|makes|justifies|would|does|do)"
    r"|how (?:come|did|much)|what's (?:your|the) |combien|wie viel|was kosten|cuanto)\b"
)
NEARLY = _whole(
    r"about|around|roughly|approximately|approx|circa|ca|some|nearly|almost|close to|near|something like"
    r"|in the region of|maybe|perhaps|like|or so",
    r"ungefahr|etwa|rund|vielleicht|gegen",
    r"environ|a peu pres|peut-etre|vers",
    r"aproximadamente|alrededor de|unos|unas|quizas?|mas o menos|cerca de",
)
RANGE = re.compile(r"\s?(?:-|/|~|to|bis|a)\s?(?:[$€£]\s?)?")
MOVES_FROM = re.compile(
    r"(?:come|came|go|going|went|mov(?:e|ed|ing)|drop(?:ped|ping)?|rais(?:e|ed|ing)|increas(?:e|ed|ing)"
    r"|improv(?:e|ed|ing)|lower(?:ed|ing)?|reduc(?:e|ed|ing)|cut(?:ting)?|down|up|runter"
    r"|hoch|baisse[rz]?|bajar)[a-z ]{0,20} (?:from|von|de)$"
)
BETWEEN = _whole("between", "zwischen", "entre", "range", "somewhere from")
ALTERNATIVE = re.compile(r"\s(?:or|oder|ou|o)\s(?:[$€£]\s?)?")
