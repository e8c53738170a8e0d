//! Registers the addon with the linker of each platform.

fn main() {
    napi_build::setup();
}
