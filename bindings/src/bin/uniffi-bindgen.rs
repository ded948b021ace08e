//! Generates the bindings, by the same UniFFI that built the library:
//! `uniffi-bindgen generate --library PATH --language kotlin|swift|python --out-dir DIR`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
