//! What is done to every entity of a collection.

use super::Client;

#[track_caller]
fn check(client: &Client, request: &str, body: &str, expected: (u16, &str)) -> String {
    let (status, answer) = client.ask(request, &[], body);
    assert_eq!(status, expected.0, "{request}: {answer}");
    assert!(answer.contains(expected.1), "{request}: {answer}");
    answer
}

fn count(client: &Client, condition: &str) -> String {
    client.ask(&format!("GET /Products/$count?$filter={condition}"), &[], "").1
}

#[test]
fn all_that_meet_a_condition_are_changed() {
    let client = Client::new();
    let url = "PATCH /Products/$filter(Price gt 900)/$each";
    let answer = check(&client, url, "{\"Price\":5}", (200, "$metadata#Products"));
    assert_eq!(answer.matches("\"Price\":5").count(), 2);
    assert_eq!(count(&client, "Price eq 5"), "2");
    let url = "PATCH /Products/$filter(@f)/$each?@f=Price eq 5&$select=Name";
    let answer = check(&client, url, "{\"Price\":6}", (200, "\"Name\":\"Laptop\""));
    assert!(!answer.contains("Price\":"), "{answer}");
    let (status, body) = client.ask("PATCH /Products/$each", &[("prefer", "return=minimal")], "{\"Price\":7}");
    assert_eq!((status, body.as_str()), (204, ""));
    assert_eq!(count(&client, "Price eq 7"), "7");
    check(&client, "PATCH /Products/$filter(Price eq 1)/$each", "{\"Price\":7}", (200, "\"value\":[]"));
}

#[test]
fn all_or_none() {
    let client = Client::new();
    check(&client, "PATCH /Products/$each", "{\"Price\":\"dear\"}", (400, "Price"));
    let (status, _) = client.ask("PATCH /Products/$each", &[("if-match", "W/\"0000000000000009\"")], "{\"Price\":1}");
    assert_eq!(status, 412);
    // The first category could have its name, the second could not have the same.
    check(&client, "PATCH /Categories/$each", "{\"Name\":\"Things\"}", (409, ""));
    check(&client, "GET /Categories/$count?$filter=Name eq 'Things'", "", (200, "0"));
}

#[test]
fn all_that_meet_a_condition_are_removed() {
    let client = Client::new();
    check(&client, "DELETE /Products/$filter(Price gt 900)/$each", "", (204, ""));
    assert_eq!(client.products().len(), 5);
    check(&client, "DELETE /Products/ComplianceService.SpecialProduct/$each", "", (204, ""));
    check(&client, "DELETE /ReadOnlyItems/$each", "", (405, ""));
    check(&client, "GET /Products/$each", "", (405, ""));
    check(&client, "PUT /Products/$each", "{}", (405, ""));
    check(&client, "GET /Products/$each/Name", "", (404, ""));
}

#[test]
fn actions_are_called_on_each() {
    let client = Client::new();
    let url = "POST /Products/$filter(Price gt 900)/$each/ComplianceService.IncreasePrice";
    check(&client, url, "{\"amount\":1000}", (204, ""));
    assert_eq!(count(&client, "Price gt 1900"), "2");
    let url = "POST /Products/$filter(Price gt 1900)/$each/ApplyDiscount?$select=Price";
    let answer = check(&client, url, "{\"percentage\":100}", (200, "$metadata#Products(Price)"));
    assert_eq!(answer.matches("\"Price\":0").count(), 2, "{answer}");
    let url = "POST /Products/$filter(Price eq 0)/$each/CalculateDiscount";
    check(&client, url, "{\"percentage\":10}", (200, "#Collection(Edm.Double)\",\"value\":[0"));
    let url = "POST /Products/$filter(Price lt 0)/$each/CalculateDiscount";
    check(&client, url, "{\"percentage\":10}", (200, "\"value\":[]"));
    check(&client, "POST /Products/$each/Activate", "", (204, ""));
    check(&client, "GET /Products/$each/Activate", "", (405, ""));
    let call =
        |tag: &str| client.ask("POST /Products/$each/IncreasePrice", &[("if-match", tag)], "{\"amount\":9000}").0;
    assert_eq!((call("W/\"9\""), call("?")), (412, 400));
    assert_eq!(count(&client, "Price gt 9000"), "0");
    assert_eq!(call("*"), 204);
    check(&client, "POST /Products/$each/MarkAllAsReviewed", "", (404, ""));
}

#[test]
fn within_a_change_set_it_is_settled_with_the_others() {
    let client = Client::new();
    let batch = |second: &str| {
        let json = r#""headers":{"content-type":"application/json"}"#;
        format!(
            r#"{{"requests":[{{"id":"1","atomicityGroup":"g","method":"PATCH","url":"/Products/$each",{json},"body":{{"Price":3}}}},{{"id":"2","atomicityGroup":"g","method":"DELETE","url":"{second}"}}]}}"#
        )
    };
    client.batch(&batch("/Categories(00000000-0000-4000-8000-000000000999)"));
    assert_eq!(count(&client, "Price eq 3"), "0");
    let answer = client.batch(&batch(&format!("/Products({})", client.products()[0])));
    assert_eq!(count(&client, "Price eq 3"), "6", "{answer}");
}
