//! The peer of the duplicate scan: czkawka's core over a folder, without its cache, with its own defaults (gradient hash of 16 x 16, difference up to 5).
//!
//! Usage: czkawka-peer FOLDER   prints {"seconds": x, "images": n, "groups": m}
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use czkawka_core::common::tool_data::CommonData;
use czkawka_core::common::traits::Search;
use czkawka_core::tools::similar_images::{GeometricInvariance, SimilarImages, SimilarImagesParameters};
use image_hasher::{FilterType, HashAlg};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let start = Instant::now();
    let settings = SimilarImagesParameters::new(5, 16, HashAlg::Gradient, FilterType::Lanczos3, false, false, GeometricInvariance::Off);
    let mut finder = SimilarImages::new(settings);
    finder.set_included_paths(vec![folder]);
    finder.set_recursive_search(true);
    finder.set_use_cache(false);
    finder.search(&Arc::new(AtomicBool::new(false)), None);
    let told = finder.get_information();
    println!(
        "{{\"seconds\": {}, \"images\": {}, \"groups\": {}}}",
        start.elapsed().as_secs_f64(),
        told.initial_found_files,
        told.number_of_groups
    );
}
