//! A model planned for a machine as the product plans it, and the load that follows.

use std::io;
use std::path::{Path, PathBuf};

use engine::message::{Attention, Cache, Load};
use fit::{Anatomy, Ask, Cores, Correction, KvType, Machine, Plan, Speed};
use gguf::{Geometry, Header, Weights};

/// A plan and what it is of.
#[derive(Debug)]
pub struct Planned {
    /// The file.
    pub path: PathBuf,
    /// Its shape.
    pub geometry: Geometry,
    /// Its weights by their place.
    pub weights: Weights,
    /// The plan.
    pub plan: Plan,
}

impl Planned {
    /// Plans the model of this file, nothing being known of earlier replies.
    pub fn new(path: &Path, machine: &Machine, ask: Ask) -> io::Result<Self> {
        let header = Header::read_file(path).map_err(io::Error::other)?;
        let geometry = header.runnable().map_err(io::Error::other)?;
        let weights = header.weights();
        let anatomy = Anatomy {
            geometry: &geometry,
            weights: &weights,
        };
        let plan = fit::plan(anatomy, machine, ask, &Correction::NONE);
        Ok(Self {
            path: path.to_owned(),
            geometry,
            weights,
            plan,
        })
    }

    /// What is planned.
    pub fn anatomy(&self) -> Anatomy<'_> {
        Anatomy {
            geometry: &self.geometry,
            weights: &self.weights,
        }
    }

    /// The load that the product would ask for.
    pub fn load(&self) -> Load {
        let plan = &self.plan;
        Load {
            path: self.path.clone(),
            context: plan.context,
            threads: plan.threads,
            batch: plan.batch,
            reading: None,
            cache: match plan.kv {
                KvType::F16 => Cache::F16,
                KvType::Q8_0 => Cache::Q8_0,
            },
            attention: Attention::Flash,
            gpus: plan.placement.gpus.clone(),
            gpu_layers: match plan.placement.gpu_layers {
                0 => 0,
                layers => layers + self.geometry.mtp_layers + 1,
            },
            expert_layers_in_memory: plan.placement.expert_layers_in_memory,
            mapped: plan.mapped,
            predicts: false,
            draft: None,
            contexts: None,
        }
    }
}

/// A machine into which every model fits, for plans that are compared and not obeyed.
pub fn unlimited() -> Machine {
    let cores = crate::ours::all_cores();
    Machine {
        cpu: String::new(),
        cores: Cores {
            physical: cores,
            performance: cores,
            usable: cores,
        },
        total_bytes: 1 << 50,
        available_bytes: 1 << 50,
        swap_bytes: 0,
        speed: Some(Speed {
            memory_bytes_per_second: 1,
            ..Speed::default()
        }),
        gpus: Vec::new(),
        disk: None,
        on_battery: false,
    }
}
