//! Plain prose in many scripts, and the encodings that its writers used before Unicode. Sentences are
//! parted by `|`, so that a test can shuffle them into texts that nobody wrote before.

/// Language, encodings, sentences.
pub(crate) const PROSE: [(&str, &[&str], &str); 30] = [
    (
        "English",
        &[],
        "The potatoes are kept in the cellar.|Is it cold enough there?|We paid 12.50 for a sack of fifty.|Nobody remembers who brought the first one.|Read the log before you restart the server.",
    ),
    (
        "German",
        &["windows-1252", "ISO-8859-15", "macintosh"],
        "Die Kartoffeln lagern im kühlen Keller.|Übermorgen fährt die Großmutter über die Brücke.|Wir hätten gern fünf Äpfel und süßen Käse.|Schöne Grüße aus München!|Der Preis beträgt zwölf Euro für größere Säcke.|Später möchten wir noch Öl für die Küche.",
    ),
    (
        "French",
        &["windows-1252", "ISO-8859-15", "macintosh"],
        "Les pommes de terre sont gardées à la cave.|Où étiez-vous l'été dernier, après la fête?|Ça coûte très cher, même au marché.|Le garçon a reçu une leçon de français.|Nous préférons être prévenus à l'avance.|Voilà l'île où naît la rivière.",
    ),
    (
        "Spanish",
        &["windows-1252", "ISO-8859-15"],
        "¿Dónde están las patatas del año pasado?|El niño pequeño soñó con una montaña.|Mañana comeremos más jamón y piñones.|La canción terminó después de la reunión.|¡Qué difícil es la lección de español!",
    ),
    (
        "Portuguese",
        &["windows-1252"],
        "As batatas estão guardadas no porão.|Não há solução sem atenção às crianças.|O pão e a maçã são do João.|Você já foi à praça da estação?|Amanhã começa a eleição na região.",
    ),
    (
        "Swedish",
        &["windows-1252"],
        "Potatisen ligger i källaren på gården.|Vi åker över ön när våren är här.|Får får får? Nej, får får lamm.|Det är möjligt att läsa på kvällen.|Hälsningar från Göteborg, Malmö och Åre.",
    ),
    (
        "Polish",
        &["windows-1250", "ISO-8859-2"],
        "Ziemniaki leżą w chłodnej piwnicy.|Zażółć gęślą jaźń.|Później będziemy mieć więcej czasu na świeżym powietrzu.|Wczoraj łódź płynęła powoli przez mgłę.|Proszę, niech pan przyjdzie jeszcze w środę.|Dziękuję za pomoc, do widzenia.",
    ),
    (
        "Czech",
        &["windows-1250", "ISO-8859-2"],
        "Brambory leží v chladném sklepě.|Příliš žluťoučký kůň úpěl ďábelské ódy.|Zítra půjdeme na trh koupit čerstvé ovoce.|Děkuji, že jste přišli včas na schůzi.|Nevím, proč se to už dávno neřeší.",
    ),
    (
        "Hungarian",
        &["windows-1250", "ISO-8859-2"],
        "A burgonya a hűvös pincében van.|Árvíztűrő tükörfúrógép.|Holnap reggel elmegyünk a városba vásárolni.|Köszönöm szépen, hogy eljöttetek időben.|Nem tudom, miért történt ez így.",
    ),
    (
        "Lithuanian",
        &["windows-1257"],
        "Bulvės laikomos vėsiame rūsyje.|Šiandien važiuojame į Šiaulius žiūrėti žąsų.|Ąžuolas auga prie ežero jau šimtą metų.|Ačiū, kad atėjote laiku į susirinkimą.",
    ),
    (
        "Turkish",
        &["windows-1254"],
        "Patatesler serin bodrumda saklanıyor.|Yarın sabah İstanbul'a gidip güzel bir şey alacağız.|Çocuklar bahçede öğleden sonra oynadılar.|Teşekkür ederim, görüşmek üzere.|Işık açık kalmış, lütfen kapatır mısın?",
    ),
    (
        "Greek",
        &["windows-1253", "ISO-8859-7"],
        "Οι πατάτες φυλάσσονται στο δροσερό υπόγειο.|Αύριο το πρωί θα πάμε στην αγορά.|Ευχαριστώ πολύ που ήρθατε στην ώρα σας.|Δεν ξέρω γιατί έγινε αυτό.|Πόσο κοστίζει ένα κιλό ντομάτες;",
    ),
    (
        "Russian",
        &[
            "windows-1251",
            "KOI8-R",
            "IBM866",
            "ISO-8859-5",
            "x-mac-cyrillic",
        ],
        "Картофель хранится в прохладном погребе.|Завтра утром мы поедем на рынок за овощами.|Съешь же ещё этих мягких французских булок.|Спасибо, что вы пришли вовремя.|Сколько стоит один мешок?|Работа над ошибками продолжается.",
    ),
    (
        "Ukrainian",
        &["windows-1251", "KOI8-U"],
        "Картопля зберігається у прохолодному льоху.|Завтра вранці ми поїдемо на ринок.|Дякую, що ви прийшли вчасно на зустріч.|Скільки коштує один мішок цієї картоплі?|Їжак з'їв яблуко й пішов далі.",
    ),
    (
        "Bulgarian",
        &["windows-1251"],
        "Картофите се пазят в хладното мазе.|Утре сутринта ще отидем на пазара.|Благодаря, че дойдохте навреме.|Колко струва един чувал?",
    ),
    (
        "Hebrew",
        &["windows-1255"],
        "תפוחי האדמה נשמרים במרתף קריר.|מחר בבוקר ניסע לשוק לקנות ירקות.|תודה רבה שהגעתם בזמן לפגישה.|כמה עולה שק אחד?|אני לא יודע למה זה קרה.",
    ),
    (
        "Arabic",
        &["windows-1256"],
        "تُحفظ البطاطس في القبو البارد.|غدا صباحا سنذهب إلى السوق لشراء الخضار.|شكرا جزيلا لأنكم وصلتم في الوقت المناسب.|كم يكلف كيس واحد؟|لا أعرف لماذا حدث هذا.",
    ),
    (
        "Thai",
        &["windows-874"],
        "มันฝรั่งเก็บไว้ในห้องใต้ดินที่เย็น|พรุ่งนี้เช้าเราจะไปตลาดเพื่อซื้อผัก|ขอบคุณมากที่มาตรงเวลา|ถุงหนึ่งราคาเท่าไร|ฉันไม่รู้ว่าทำไมถึงเป็นอย่างนี้",
    ),
    (
        "Chinese",
        &["GB18030"],
        "土豆放在阴凉的地窖里保存。|明天早上我们去市场买菜。|谢谢你们准时来开会。|一袋多少钱？|我不知道为什么会这样。|今天的天气很好，我们去公园散步吧。|这个问题需要仔细研究，然后再作决定。",
    ),
    (
        "Chinese, traditional",
        &["Big5"],
        "馬鈴薯放在陰涼的地窖裡保存。|明天早上我們去市場買菜。|謝謝你們準時來開會。|一袋多少錢？|我不知道為什麼會這樣。|今天的天氣很好，我們去公園散步吧。|這個問題需要仔細研究，然後再作決定。",
    ),
    (
        "Japanese",
        &["Shift_JIS", "EUC-JP", "ISO-2022-JP"],
        "じゃがいもは涼しい地下室に保存します。|明日の朝、市場へ野菜を買いに行きます。|時間どおりに来てくださって、ありがとうございます。|一袋はいくらですか？|カタカナとひらがなと漢字が混ざっています。|なぜこうなったのか分かりません。",
    ),
    (
        "Korean",
        &["EUC-KR"],
        "감자는 서늘한 지하실에 보관합니다.|내일 아침 시장에 채소를 사러 갑니다.|제시간에 와 주셔서 감사합니다.|한 자루에 얼마입니까?|왜 이렇게 되었는지 모르겠습니다.",
    ),
    (
        "Hindi",
        &[],
        "आलू ठंडे तहखाने में रखे हैं।|कल सुबह हम बाज़ार जाएँगे।|समय पर आने के लिए धन्यवाद।|एक बोरी कितने की है?",
    ),
    (
        "Tamil",
        &[],
        "உருளைக்கிழங்கு குளிர்ந்த அறையில் உள்ளது.|நாளை காலை சந்தைக்குச் செல்வோம்.|நன்றி, மீண்டும் சந்திப்போம்.",
    ),
    (
        "Georgian",
        &[],
        "კარტოფილი გრილ სარდაფში ინახება.|ხვალ დილით ბაზარში წავალთ.|გმადლობთ, რომ დროულად მოხვედით.",
    ),
    (
        "Armenian",
        &[],
        "Կարտոֆիլը պահվում է զով նկուղում։|Վաղն առավոտյան կգնանք շուկա։|Շնորհակալություն։",
    ),
    (
        "Amharic",
        &[],
        "ድንች በቀዝቃዛ ቦታ ይቀመጣል።|ነገ ጠዋት ወደ ገበያ እንሄዳለን።|አመሰግናለሁ።",
    ),
    (
        "Vietnamese",
        &[],
        "Khoai tây được cất trong hầm mát.|Sáng mai chúng ta sẽ đi chợ mua rau.|Cảm ơn các bạn đã đến đúng giờ.|Một bao giá bao nhiêu?",
    ),
    (
        "Emoji",
        &[],
        "Potatoes 🥔🥔 are fine 👍🏽.|The family 👨‍👩‍👧 went to 🇯🇵.|Ø → ∞, ½ of 𝒳 ≤ π.",
    ),
    (
        "Mathematics",
        &[],
        "∀ε>0 ∃δ>0: |x−a|<δ ⇒ f(x)≈f(a).|∑ₙ 1/n² = π²∕6.|‖v‖₂ ≤ √n·‖v‖∞.",
    ),
];
