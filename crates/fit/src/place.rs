//! Layers laid onto devices: what each device then holds.
//!
//! By llama.cpp's rules (`llama-model.cpp`, `load_tensors`): the token embedding stays with the
//! processor; the output goes to a GPU with the first layer that does, then the last layers
//! backwards; several GPUs share in proportion to their free memory; the routed experts of the
//! first layers can be kept with the processor. Not here: how many layers are wise (`plan`).

use gguf::{Geometry, KvType, Weights};

use crate::machine::{Gpu, Machine};
use crate::memory;

/// A model as far as a plan needs it.
#[derive(Debug, Clone, Copy)]
pub struct Anatomy<'a> {
    /// Its shape.
    pub geometry: &'a Geometry,
    /// The bytes of its weights by their place.
    pub weights: &'a Weights,
}

impl Anatomy<'_> {
    /// Layers of the trunk; those that predict further tokens are never loaded.
    pub(crate) fn layers(&self) -> usize {
        self.geometry.layers as usize
    }

    /// Bytes of weights that are loaded.
    pub fn weights_bytes(&self) -> u64 {
        let trunk = self.weights.layers.iter().take(self.layers());
        let trunk = trunk.fold(0, |sum: u64, layer| {
            sum.saturating_add(layer.dense_bytes)
                .saturating_add(layer.expert_bytes)
        });
        trunk
            .saturating_add(self.weights.embedding_bytes)
            .saturating_add(self.weights.output_bytes)
    }

    /// Bytes of routed experts.
    pub fn expert_bytes(&self) -> u64 {
        let trunk = self.weights.layers.iter().take(self.layers());
        trunk.fold(0, |sum: u64, layer| sum.saturating_add(layer.expert_bytes))
    }

    /// Bytes of those that one token is routed to, of so many bytes of experts.
    pub(crate) fn routed_bytes(&self, expert_bytes: u64) -> u64 {
        match self.geometry.experts {
            None => expert_bytes,
            Some(experts) => {
                let routed = u128::from(expert_bytes) * u128::from(experts.used);
                u64::try_from(routed / u128::from(experts.count)).unwrap_or(u64::MAX)
            }
        }
    }

    /// Bytes that are read to compute the output row of one token.
    pub(crate) fn output_bytes(&self) -> u64 {
        if self.weights.output_tied {
            self.weights
                .embedding_bytes
                .saturating_add(self.weights.output_bytes)
        } else {
            self.weights.output_bytes
        }
    }
}

/// What holds a share of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// The machine's memory, with the processor.
    Memory,
    /// A GPU, by the engine's name for it.
    Gpu(String),
}

/// What one device holds of a model. All numbers are bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The device.
    pub device: Device,
    /// Its weights, counted once: the engine reads them into memory of its own, or maps them.
    pub weights_bytes: u64,
    /// Its part of the cache.
    pub cache_bytes: u64,
    /// Values between operations.
    pub compute_bytes: u64,
    /// The engine process by itself, or the GPU's driver.
    pub other_bytes: u64,
    /// What the device has to give now.
    pub available_bytes: u64,
    /// True where this is taken from the machine's memory too.
    pub shares_memory: bool,
    /// Layers that it computes.
    pub layers: u32,
    /// Bytes of its weights that one token reads: of the experts the routed ones, of the token
    /// embedding none (rows are looked up).
    pub active_bytes: u64,
}

impl Share {
    fn hold(&mut self, bytes: u64, active_bytes: u64) {
        self.weights_bytes = self.weights_bytes.saturating_add(bytes);
        self.active_bytes = self.active_bytes.saturating_add(active_bytes);
    }

    /// The sum of its parts.
    pub fn needed_bytes(&self) -> u64 {
        [
            self.weights_bytes,
            self.cache_bytes,
            self.compute_bytes,
            self.other_bytes,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// Where the layers go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// The engine's names of the GPUs that are used, in its order; empty for the processor alone.
    pub gpus: Vec<String>,
    /// Layers of the trunk on GPUs, counted from the last; with the first of them goes the output.
    pub gpu_layers: u32,
    /// Layers, counted from the first, whose routed experts stay with the processor.
    pub expert_layers_in_memory: u32,
}

/// What each device holds; the machine's memory first, then the GPUs in their order.
pub(crate) fn shares(
    anatomy: Anatomy<'_>,
    machine: &Machine,
    placement: &Placement,
    context: u32,
    kv: KvType,
) -> Vec<Share> {
    let geometry = anatomy.geometry;
    let cells = memory::cells(context);
    let layers = anatomy.layers();
    let cache =
        geometry.cache_bytes_per_token(kv).saturating_mul(cells) / u64::from(geometry.layers);
    let on_gpus = (placement.gpu_layers as usize).min(layers);
    let gpus: Vec<&Gpu> = placement
        .gpus
        .iter()
        .filter_map(|name| machine.gpus.iter().find(|gpu| gpu.name == *name))
        .collect();
    let on_gpus = if gpus.is_empty() { 0 } else { on_gpus };

    let mut memory = Share {
        device: Device::Memory,
        weights_bytes: anatomy.weights.embedding_bytes,
        cache_bytes: 0,
        compute_bytes: 0,
        other_bytes: memory::engine_bytes(geometry),
        available_bytes: machine.available_bytes,
        shares_memory: true,
        layers: 0,
        active_bytes: 0,
    };
    let mut others: Vec<Share> = gpus
        .iter()
        .map(|gpu| Share {
            device: Device::Gpu(gpu.name.clone()),
            weights_bytes: 0,
            cache_bytes: 0,
            compute_bytes: 0,
            other_bytes: memory::DRIVER_BYTES,
            available_bytes: if gpu.kind.shares_memory() {
                gpu.free_bytes.min(machine.available_bytes)
            } else {
                gpu.free_bytes
            },
            shares_memory: gpu.kind.shares_memory(),
            layers: 0,
            active_bytes: 0,
        })
        .collect();

    let mut experts_in_memory = false;
    for (index, layer) in anatomy.weights.layers.iter().take(layers).enumerate() {
        let share = match index.checked_sub(layers - on_gpus) {
            Some(place) => &mut others[gpu_of(place, on_gpus, geometry.mtp_layers, &gpus)],
            None => &mut memory,
        };
        share.layers += 1;
        share.cache_bytes = share.cache_bytes.saturating_add(cache);
        share.hold(layer.dense_bytes, layer.dense_bytes);
        let holder = if index < placement.expert_layers_in_memory as usize {
            experts_in_memory |= layer.expert_bytes > 0;
            &mut memory
        } else {
            share
        };
        holder.hold(layer.expert_bytes, anatomy.routed_bytes(layer.expert_bytes));
    }
    if on_gpus > 0 {
        let last = gpu_of(
            on_gpus + geometry.mtp_layers as usize,
            on_gpus,
            geometry.mtp_layers,
            &gpus,
        );
        others[last].hold(anatomy.output_bytes(), anatomy.output_bytes());
    } else {
        memory.hold(anatomy.weights.output_bytes, anatomy.output_bytes());
    }
    let compute = memory::compute_bytes(geometry, cells);
    memory.compute_bytes = if memory.layers > 0 || experts_in_memory {
        compute
    } else {
        memory::input_bytes(geometry, cells)
    };
    for share in others.iter_mut().filter(|share| share.layers > 0) {
        share.compute_bytes = compute;
    }
    let mut all = vec![memory];
    all.append(&mut others);
    all
}

/// Which GPU gets what stands at this place among the layers on GPUs and the output behind them:
/// in proportion to free memory, as llama.cpp splits where nobody says otherwise.
fn gpu_of(place: usize, on_gpus: usize, mtp_layers: u32, gpus: &[&Gpu]) -> usize {
    let places = (on_gpus + mtp_layers as usize + 1) as u128;
    let total: u128 = gpus.iter().map(|gpu| u128::from(gpu.free_bytes)).sum();
    let mut sum = 0;
    for (index, gpu) in gpus.iter().enumerate() {
        sum += u128::from(gpu.free_bytes);
        // The first one whose end lies beyond the place: sum / total > place / places.
        if sum * places > place as u128 * total {
            return index;
        }
    }
    gpus.len() - 1
}

/// Whether at most so many percent of what is available are needed.
pub(crate) fn within(needed: u64, available: u64, percent: u64) -> bool {
    u128::from(needed) * 100 <= u128::from(available) * u128::from(percent)
}

/// Whether every device has room, when at most so many percent of what it has may be taken.
pub(crate) fn fits(shares: &[Share], machine: &Machine, percent: u64) -> bool {
    let within = |needed, available| within(needed, available, percent);
    let taken_from_memory = shares
        .iter()
        .filter(|share| share.shares_memory)
        .fold(0, |sum: u64, share| {
            sum.saturating_add(share.needed_bytes())
        });
    within(taken_from_memory, machine.available_bytes)
        && shares
            .iter()
            .all(|share| within(share.needed_bytes(), share.available_bytes))
}
