//! What only Ada's page holds: the values that break careless clients. Very long names, emoji, right-to-left text,
//! nothing but nulls.

use serde_json::{Value, json};

/// Further items of a collection, without ids.
pub(super) fn extras(collection: &str) -> Vec<Value> {
    match collection {
        "names" => names(),
        "notes" => notes(),
        "skills" => skills(),
        "languages" => vec![json!({ "displayName": "Lule Sámi", "tag": "smj-NO", "proficiency": "conversational" })],
        "interests" => vec![
            json!({ "displayName": "🧶🐑 Strikking", "description": "", "categories": [], "collaborationTags": [] }),
        ],
        "websites" => vec![
            json!({ "displayName": null, "description": null, "categories": [], "webUrl": null, "thumbnailUrl": null }),
        ],
        _ => Vec::new(),
    }
}

/// The same name in four scripts, and one that nobody could print on a badge.
fn names() -> Vec<Value> {
    let forms = [
        ("ar-EG", "آدا", "نوردال", "آدا نوردال"),
        ("ja-JP", "アダ", "ノルダール", "アダ・ノルダール"),
        ("el-GR", "Άντα", "Νόρνταλ", "Άντα Νόρνταλ"),
    ];
    let form = |(tag, first, last, whole)| json!({ "languageTag": tag, "first": first, "last": last, "displayName": whole, "pronunciation": null });
    let mut names: Vec<Value> = forms.into_iter().map(form).collect();
    names.push(json!({
        "displayName": LONG_NAME,
        "first": "Ada",
        "middle": "Ingeborg Solveig Ragnhild",
        "last": "Nordahl",
        "nickname": "Ada 🌊",
        "languageTag": null,
    }));
    names
}

/// More than two hundred characters, as some registers allow.
const LONG_NAME: &str = "Ada Ingeborg Solveig Ragnhild Gunnhild Sigrun Torbjørg Åshild Eldbjørg Synnøve \
    Borghild Dagny Hjørdis Magnhild Oddveig \
    Alfhild Valborg Ingebjørg Thordis Arnfrid Bergljot Kjellfrid Nordahl av Ytre Sandviken og Indre Arna ved Byfjorden";

fn notes() -> Vec<Value> {
    vec![
        json!({
            "displayName": "مرحبًا · שלום · Hei",
            "detail": { "contentType": "text", "content": "يمكن لأي زميل أن يسألني عن الدليل (people directory).\nאפשר גם בעברית." },
        }),
        json!({
            "displayName": "Moving day 📦",
            "detail": {
                "contentType": "html",
                "content": "<p dir=\"auto\">PPL 3.204 &rarr; <a href=\"https://www.fjord.example/house\">Harbour House</a></p>",
            },
        }),
    ]
}

fn skills() -> Vec<Value> {
    vec![
        json!({
            "displayName": "👩‍💻 Pair programming",
            "proficiency": null,
            "categories": ["professional", "fun 🎉"],
            "collaborationTags": ["askMeAbout", "ableToMentor"],
        }),
        json!({
            "displayName": "Запити OData",
            "proficiency": "elementary",
            "categories": [],
            "collaborationTags": ["wantsToLearn"],
            "webUrl": null,
        }),
    ]
}
