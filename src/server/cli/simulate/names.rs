//! The people, kitchens, pizzas and streets of a simulated evening: of many alphabets and lengths, because every page
//! has to show them.

use fastrand::Rng;

pub const KITCHENS: &[&str] = &[
    "Bella Napoli",
    "Forno di Nonna Assunta",
    "Zum Glühenden Holzofen – Sauerteigpizza seit 1974",
    "Печь и Мята",
    "Το Φουρνάκι της Γιαγιάς",
    "四川披萨屋",
    "Pizzería La Última Porción",
    "بيتزا الياسمين",
    "Pod Złotym Kogutem",
    "ピッツェリア さくら",
    "Smith & Daughters",
    "Phố Pizza Hà Nội",
    "피자 한옥",
    "Ćiro",
    "फिरोज़ की भट्ठी",
    "O",
];

/// Pizzas, and what they cost at most kitchens, in cents.
pub const PIZZAS: &[(&str, u32)] = &[
    ("Margherita", 850),
    ("Marinara", 700),
    ("Diavola", 950),
    ("Quattro formaggi", 1090),
    ("Capricciosa", 1120),
    ("Prosciutto e funghi", 1050),
    ("Patate e rosmarino", 890),
    (
        "Bianca mit Birne, Gorgonzola, Walnuss und einem Hauch Honig aus dem Schwarzwald",
        1349,
    ),
    ("Flammkuchen mit Speck & Zwiebeln", 980),
    ("Käsespätzle-Pizza", 1015),
    ("Σπανάκι και φέτα", 925),
    ("Грибна з лісовими печерицями", 990),
    ("Хачапури по-аджарски", 1075),
    ("ხაჭაპური", 1075),
    ("كالزون بالزعتر", 860),
    ("לבנה, זעתר ועגבניות", 940),
    ("麻辣牛肉比萨", 1180),
    ("照り焼きチキン", 1190),
    ("김치 불고기 피자", 1210),
    ("पनीर टिक्का", 1005),
    ("พิซซ่าต้มยำกุ้ง", 1260),
    ("Bò lúc lắc", 1135),
    ("Żurawina, oscypek i boczek", 1099),
    ("Sucuklu, acılı", 965),
    ("Hawaii (ja, wirklich)", 995),
    ("Ćevapi i kajmak", 1110),
    ("Jalapeño & crème fraîche", 1029),
    ("Truffle, truffle, truffle", 2480),
];

pub const CUSTOMERS: &[&str] = &[
    "Ana",
    "Nguyễn Thị Minh Khai",
    "Jürgen Großmann-Öztürk",
    "Σοφία Παπαδοπούλου",
    "Олена Шевченко",
    "李小龙",
    "山田 太郎",
    "김민준",
    "فاطمة الزهراء",
    "נועה לוי",
    "प्रिया शर्मा",
    "สมชาย ใจดี",
    "Zoë O’Connor",
    "Łukasz Żółć",
    "María José Carreño Quiñones",
    "Bo",
    "Wolfeschlegelsteinhausenbergerdorff, 3. Stock",
    "Siobhán Ní Bhriain",
    "გიორგი ბერიძე",
    "Đorđe Đurić",
    "Åsa Öberg",
    "İpek Yıldız",
    "Thandiwe Nkosi",
    "Ștefan Țurcanu",
    "Team Nachtschicht",
    "Émile & Zoé",
    "Kapono Kealoha",
    "Hallgerður Þórsdóttir",
];

pub const ADDRESSES: &[&str] = &[
    "Kurze Gasse 1",
    "Donaudampfschifffahrtsgesellschaftsallee 112, Hinterhaus, 4. OG links\nbei „Möller“ klingeln, der Hund tut nichts",
    "Via Tribunali 32, Napoli",
    "12 Rue de l’Église, bâtiment C\ncode 4711",
    "Οδός Ερμού 18, 3ος όροφος",
    "вул. Хрещатик 22, кв. 7",
    "南京东路100号 3楼",
    "東京都渋谷区神南1-19-11",
    "서울특별시 종로구 세종대로 175",
    "شارع الحمرا ٢٤، الطابق الثاني",
    "רחוב דיזנגוף 50, תל אביב",
    "१२, चाँदनी चौक, दिल्ली",
    "ถนนข้าวสาร 88",
    "ul. Świętokrzyska 9 m. 3",
    "14½ Baker Street (the green door)",
    "Calle del Ángel, n.º 7, 2.º B",
    "72 Hàng Bạc, Hoàn Kiếm",
    "The boat “Second Slice”, berth 9",
    "რუსთაველის გამზირი 12",
    "Studentski dom „Cvjetno”, soba 211",
    "İstiklal Caddesi 201/5",
    "Platform 4, the bench under the clock",
];

pub const DRIVERS: &[&str] = &[
    "Jonas",
    "Amélie",
    "Kwame",
    "Юлія",
    "Hồng",
    "Giulia",
    "Mateusz",
    "さくら",
    "Ömer",
    "Fatou",
    "Νίκος",
    "Lars-Göran",
    "علي",
    "Maximiliane",
    "阿明",
    "Séamus",
];

/// Notes of a kitchen that accepts.
pub const PROMISES: &[&str] = &[
    "Really hot",
    "Fresh basil tonight",
    "Heute mit Büffelmozzarella",
    "С огоньком",
    "Fatta con amore",
    "本日おすすめ",
    "The oven is glowing.\nGive us a moment.",
];

/// Notes of a kitchen that rejects.
pub const EXCUSES: &[&str] = &[
    "Out of dough",
    "Kein Basilikum mehr",
    "Mozzarella finita, mi dispiace",
    "Печь остыла",
    "Too many orders, sorry",
    "Έσβησε ο φούρνος",
];

/// A random one of them.
pub fn any(rng: &mut Rng, of: &[&str]) -> String {
    of[rng.usize(..of.len())].to_owned()
}

/// The nth of them. Where there are more people than names, names repeat with a number.
pub fn nth(of: &[&str], n: usize) -> String {
    let name = of[n % of.len()];
    match n / of.len() {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}
