//! The vocabulary as types: locales, departments and what everybody may have.
//!
//! The words themselves are in the text files of the crate's `demo` folder; here is only their shape.

use super::text::{Row, Section, slug};

/// All the words the demo tenant is made of.
pub(super) struct Vocabulary {
    /// Where people come from.
    pub(super) locales: Vec<Locale>,
    /// What people do; the first is the management.
    pub(super) departments: Vec<Department>,
    /// What people share besides.
    pub(super) everyday: Everyday,
}

/// A country and language with its names, places and sayings.
pub(super) struct Locale {
    /// BCP 47 tag.
    pub(super) tag: &'static str,
    /// How many of every fifty people come from here.
    pub(super) share: usize,
    /// English name of the language.
    pub(super) language: &'static str,
    /// English name of the country.
    pub(super) country: &'static str,
    /// ISO code of the country.
    pub(super) code: &'static str,
    /// The country's own name.
    pub(super) own_country: &'static str,
    /// The family name is said first.
    pub(super) family_first: bool,
    /// Pattern of a landline number.
    pub(super) landline: &'static str,
    /// Pattern of a mobile number.
    pub(super) mobile: &'static str,
    /// Cities with an office.
    pub(super) cities: Vec<City>,
    /// Patterns of street and number.
    pub(super) streets: Vec<&'static str>,
    /// Given names, women's first.
    pub(super) given: Vec<Name>,
    /// How many of the given names are women's.
    pub(super) women: usize,
    /// Family names: his and hers.
    pub(super) surnames: Vec<(Name, Name)>,
    /// Places of study.
    pub(super) schools: Vec<&'static str>,
    /// Former employers.
    pub(super) companies: Vec<&'static str>,
    /// Pastimes in the local language.
    pub(super) interests: Vec<&'static str>,
    /// Skills in the local language.
    pub(super) skills: Vec<&'static str>,
    /// A line of self-description.
    pub(super) about: &'static str,
    /// Notes: title and text.
    pub(super) notes: Vec<Row>,
}

/// A city, where it lies, and how its postal codes look.
#[derive(Clone, Copy, Default)]
pub(super) struct City {
    /// English name.
    pub(super) name: &'static str,
    /// The city's own name.
    pub(super) own_name: &'static str,
    /// Degrees north.
    pub(super) latitude: f64,
    /// Degrees east.
    pub(super) longitude: f64,
    /// Pattern of its postal codes.
    pub(super) postal_code: &'static str,
}

/// A name in its own script, romanized, and how it is read.
#[derive(Clone, Copy, Default)]
pub(super) struct Name {
    /// As it is written at home.
    pub(super) native: &'static str,
    /// In Latin letters; the same as `native` where that is Latin.
    pub(super) latin: &'static str,
    /// Reading, empty where none is needed.
    pub(super) reading: &'static str,
}

/// A department and the words of its trade.
pub(super) struct Department {
    /// Name.
    pub(super) name: &'static str,
    /// Short form.
    pub(super) code: &'static str,
    /// Title of its head.
    pub(super) lead: &'static str,
    /// Titles, the most junior first.
    pub(super) titles: Vec<&'static str>,
    /// Programme of study and its fields.
    pub(super) degree: Row,
    /// Skills: name, category, page.
    pub(super) skills: Vec<Row>,
    /// Projects: name, client, client's department, summary.
    pub(super) projects: Vec<Row>,
    /// Responsibilities: name, description.
    pub(super) duties: Vec<Row>,
    /// Certifications: title, company, authority, years.
    pub(super) certifications: Vec<Row>,
    /// Awards: title, authority, description.
    pub(super) awards: Vec<Row>,
    /// Patents: title, description.
    pub(super) patents: Vec<Row>,
    /// Publications: title, publisher, description.
    pub(super) publications: Vec<Row>,
}

/// What people share besides work.
pub(super) struct Everyday {
    /// Skills that have no trade: name, category.
    pub(super) skills: Vec<Row>,
    /// Pastimes: name, category, description.
    pub(super) interests: Vec<Row>,
    /// Web services: name, address, status, description.
    pub(super) services: Vec<Row>,
    /// Websites: name, category, host, description.
    pub(super) websites: Vec<Row>,
    /// Notes: title, kind, content.
    pub(super) notes: Vec<Row>,
    /// Awards: title, authority, description.
    pub(super) awards: Vec<Row>,
    /// Further categories of a skill.
    pub(super) categories: Vec<&'static str>,
    /// Nicknames.
    pub(super) nicknames: Vec<&'static str>,
    /// What one does as a student besides studying.
    pub(super) activities: Vec<&'static str>,
    /// What a student may be given.
    pub(super) honours: Vec<&'static str>,
    /// Final grades.
    pub(super) grades: Vec<&'static str>,
    /// Levels of a position.
    pub(super) levels: Vec<&'static str>,
    /// What a colleague is besides.
    pub(super) labels: Vec<&'static str>,
    /// Yearly events of other kinds.
    pub(super) events: Vec<&'static str>,
}

impl Vocabulary {
    /// Reads the files built into the binary.
    pub(super) fn new() -> Self {
        Self {
            locales: Section::all(include_str!("../../demo/places.txt")).iter().map(Locale::new).collect(),
            departments: Section::all(include_str!("../../demo/work.txt")).iter().map(Department::new).collect(),
            everyday: Everyday::new(&Section::all(include_str!("../../demo/life.txt"))),
        }
    }
}

impl Locale {
    fn new(section: &Section) -> Self {
        let [language, ..] = section.row("language");
        let [country, code, own_country, ..] = section.row("country");
        let [landline, mobile, ..] = section.row("phone");
        let women = section.words("women");
        let given = women.iter().copied().chain(section.words("men"));
        Self {
            tag: section.name,
            share: section.share,
            language,
            country,
            code,
            own_country,
            family_first: section.word("order") == "family",
            landline,
            mobile,
            cities: section.rows("city").into_iter().map(City::new).collect(),
            streets: section.words("street"),
            given: given.map(Name::new).collect(),
            women: women.len(),
            surnames: section.words("surnames").into_iter().map(surname).collect(),
            schools: section.words("school"),
            companies: section.words("company"),
            interests: section.words("interest"),
            skills: section.words("skill"),
            about: section.word("about"),
            notes: section.rows("note"),
        }
    }

    /// The language of the tag, without script and region.
    pub(super) fn primary(&self) -> &'static str {
        self.tag.split('-').next().unwrap_or(self.tag)
    }
}

impl City {
    fn new([name, own_name, latitude, longitude, postal_code]: Row) -> Self {
        let degrees = |text: &str| text.parse().unwrap_or(0.0);
        Self { name, own_name, latitude: degrees(latitude), longitude: degrees(longitude), postal_code }
    }
}

impl Name {
    fn new(word: &'static str) -> Self {
        let mut forms = word.split('=');
        let native = forms.next().unwrap_or_default();
        let latin = forms.next().unwrap_or(native);
        Self { native, latin, reading: forms.next().unwrap_or_default() }
    }

    /// Whether the name is written in another script than Latin at home.
    pub(super) fn is_foreign(&self) -> bool {
        self.native != self.latin
    }
}

/// Cuts `his/hers=his/hers` into the two names.
fn surname(word: &'static str) -> (Name, Name) {
    let Name { native, latin, reading } = Name::new(word);
    let halves = |text: &'static str| text.split_once('/').unwrap_or((text, text));
    let ((his, hers), (his_latin, hers_latin)) = (halves(native), halves(latin));
    (Name { native: his, latin: his_latin, reading }, Name { native: hers, latin: hers_latin, reading })
}

impl Department {
    fn new(section: &Section) -> Self {
        let plain = section.words("skills").into_iter().map(|name| [name, "professional", "", "", ""]);
        Self {
            name: section.name,
            code: section.word("code"),
            lead: section.word("lead"),
            titles: section.words("titles"),
            degree: section.row("degree"),
            skills: plain.chain(section.rows("skill")).collect(),
            projects: section.rows("project"),
            duties: section.rows("duty"),
            certifications: section.rows("certification"),
            awards: section.rows("award"),
            patents: section.rows("patent"),
            publications: section.rows("publication"),
        }
    }
}

impl Everyday {
    fn new(sections: &[Section]) -> Self {
        let rows = |key: &str| sections.iter().flat_map(|section| section.rows(key)).collect();
        let words = |key: &str| sections.iter().flat_map(|section| section.words(key)).collect::<Vec<_>>();
        Self {
            skills: words("skills").into_iter().map(|name| [name, "personal", "", "", ""]).collect(),
            interests: rows("interest"),
            services: rows("service"),
            websites: rows("website"),
            notes: rows("note"),
            awards: rows("award"),
            categories: words("categories"),
            nicknames: words("nicknames"),
            activities: words("activities"),
            honours: words("honours"),
            grades: words("grades"),
            levels: words("levels"),
            labels: words("labels"),
            events: words("event"),
        }
    }
}

/// The made-up web address of an organization; `None` where its name has no Latin letters.
pub(super) fn web_address(organization: &str) -> Option<String> {
    let host = slug(organization);
    (host.len() > 2).then(|| format!("https://{host}.example.com"))
}
