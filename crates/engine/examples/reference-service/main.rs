//! A small shop on the engine: the second model, by which the protocol is shown to know nothing of profiles.

mod model;
mod operations;
mod seed;
mod store;

fn main() {
    let document = odata::csdl::xml(&model::SHOP, &odata::csdl::Capabilities::ADVANCED, odata::csdl::Version::V4_01);
    println!("{document}");
}
