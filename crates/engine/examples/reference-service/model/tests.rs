//! The model of the shop holds together.

use edm::testing::faults;

use super::SHOP;

/// The three texts that clients look for are no sentences; when something is written the service says, not the model.
#[test]
fn the_model_holds_together() {
    let meant = ["is not described in a sentence", "is never null but has no initial value"];
    let others = faults(&SHOP).into_iter().filter(|fault| !meant.iter().any(|meant| fault.contains(meant)));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(faults(&SHOP).len(), 3 + 3);
}
