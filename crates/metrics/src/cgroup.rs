//! Limits that the cgroups of this process set: memory and CPU quota, version 1 and 2.
//!
//! A limit of an ancestor binds too, so the whole path up to the mount is read and the smallest wins. Read by
//! hand because sysinfo knows no CPU quota. Control-group file formats: the kernel's
//! `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`, `scheduler/sched-bwc.rst`.

use std::fs;
use std::path::{Path, PathBuf};

/// The limits found, each the smallest on its path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    /// CPU time per wall time, in cores.
    pub(crate) cpu_cores: Option<f64>,
    /// Memory in bytes.
    pub(crate) memory: Option<MemoryLimit>,
}

/// A memory limit and where its use is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MemoryLimit {
    pub(crate) bytes: u64,
    usage_file: PathBuf,
    stat_file: PathBuf,
}

impl MemoryLimit {
    /// What the group uses now, without the file cache that the kernel gives up first.
    pub(crate) fn used_bytes(&self) -> Option<u64> {
        let usage = number(&self.usage_file)?;
        let stat = fs::read_to_string(&self.stat_file).unwrap_or_default();
        let inactive = ["total_inactive_file ", "inactive_file "]
            .iter()
            .find_map(|key| stat.lines().find_map(|line| line.strip_prefix(key)))
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(0);
        Some(usage.saturating_sub(inactive))
    }
}

/// The limits of this process.
pub(crate) fn limits() -> Limits {
    let cgroup = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mountinfo = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    limits_of(&cgroup, &mountinfo, Path::new("/"))
}

/// `root` stands before every path that the two texts name; tests put a folder there.
fn limits_of(cgroup: &str, mountinfo: &str, root: &Path) -> Limits {
    let mut limits = Limits::default();
    for line in cgroup.lines() {
        // hierarchy-ID:controllers:path
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let controllers: Vec<&str> = controllers.split(',').collect();
        for controller in &controllers {
            for folder in folders(mountinfo, controller, path, root) {
                match *controller {
                    "" => {
                        limits.cpu(quota_v2(&folder));
                        limits.memory(memory(&folder, "memory.max", "memory.current"));
                    }
                    "cpu" => limits.cpu(quota_v1(&folder)),
                    "memory" => limits.memory(memory(
                        &folder,
                        "memory.limit_in_bytes",
                        "memory.usage_in_bytes",
                    )),
                    _ => {}
                }
            }
        }
    }
    limits
}

impl Limits {
    fn cpu(&mut self, cores: Option<f64>) {
        if let Some(cores) = cores {
            self.cpu_cores = Some(self.cpu_cores.map_or(cores, |least| least.min(cores)));
        }
    }

    fn memory(&mut self, limit: Option<MemoryLimit>) {
        if let Some(limit) = limit
            && self
                .memory
                .as_ref()
                .is_none_or(|least| limit.bytes < least.bytes)
        {
            self.memory = Some(limit);
        }
    }
}

/// The group's folder and its ancestors below the controller's mount (`""` being version 2's).
fn folders(mountinfo: &str, controller: &str, path: &str, root: &Path) -> Vec<PathBuf> {
    let found = mountinfo.lines().find_map(|line| {
        // 36 35 98:0 ROOT MOUNT_POINT options … - TYPE source super_options
        let (before, after) = line.split_once(" - ")?;
        let mut after = after.split(' ');
        let wanted = match after.next()? {
            "cgroup2" => controller.is_empty(),
            "cgroup" => after.nth(1)?.split(',').any(|option| option == controller),
            _ => false,
        };
        let mut before = before.split(' ').skip(3);
        let (mount_root, mount_point) = (before.next()?, before.next()?);
        wanted.then_some((mount_root, mount_point))
    });
    let Some((mount_root, mount_point)) = found else {
        return Vec::new();
    };
    let mount_point = root.join(mount_point.trim_start_matches('/'));
    // In a container the mount shows a subtree only, and the path may be counted from the host's root.
    let inside = path.strip_prefix(mount_root).unwrap_or(path);
    let folder = mount_point.join(inside.trim_start_matches('/'));
    folder
        .ancestors()
        .take_while(|ancestor| ancestor.starts_with(&mount_point))
        .map(Path::to_path_buf)
        .collect()
}

fn quota_v2(folder: &Path) -> Option<f64> {
    let text = fs::read_to_string(folder.join("cpu.max")).ok()?;
    let (quota, period) = text.trim().split_once(' ')?;
    cores(quota.parse().ok()?, period.parse().ok()?)
}

fn quota_v1(folder: &Path) -> Option<f64> {
    let text = fs::read_to_string(folder.join("cpu.cfs_quota_us")).ok()?;
    // -1 means no limit, and is no unsigned number.
    let quota = text.trim().parse().ok()?;
    cores(quota, number(&folder.join("cpu.cfs_period_us"))?)
}

fn cores(quota: u64, period: u64) -> Option<f64> {
    (period > 0).then(|| quota as f64 / period as f64)
}

fn memory(folder: &Path, limit: &str, usage: &str) -> Option<MemoryLimit> {
    // "max" in version 2 is no number; version 1 says nearly 2^63 where there is no limit.
    let bytes = number(&folder.join(limit)).filter(|bytes| *bytes < 1 << 60)?;
    Some(MemoryLimit {
        bytes,
        usage_file: folder.join(usage),
        stat_file: folder.join("memory.stat"),
    })
}

fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("has a folder")).expect("create folder");
        fs::write(file, text).expect("write");
    }

    #[test]
    fn version_2_takes_the_smallest_limit_on_the_path() {
        let root = tempfile::tempdir().expect("temporary folder");
        let root = root.path();
        write(root, "cg/a/b/cpu.max", "150000 100000\n");
        write(root, "cg/a/b/memory.max", "max\n");
        write(root, "cg/a/cpu.max", "max 100000\n");
        write(root, "cg/a/memory.max", "1000\n");
        write(root, "cg/a/memory.current", "700\n");
        write(root, "cg/a/memory.stat", "anon 5\ninactive_file 200\n");
        let mounts = "41 31 0:38 / /cg rw,relatime - cgroup2 cgroup2 rw\n";
        let limits = limits_of("0::/a/b\n", mounts, root);
        assert_eq!(limits.cpu_cores, Some(1.5));
        let memory = limits.memory.expect("a limit");
        assert_eq!((memory.bytes, memory.used_bytes()), (1000, Some(500)));
    }

    #[test]
    fn version_1_reads_each_controller_from_its_own_mount() {
        let root = tempfile::tempdir().expect("temporary folder");
        let root = root.path();
        write(root, "sys/cpu/job/cpu.cfs_quota_us", "250000\n");
        write(root, "sys/cpu/job/cpu.cfs_period_us", "100000\n");
        write(root, "sys/cpu/cpu.cfs_quota_us", "-1\n");
        write(
            root,
            "sys/memory/memory.limit_in_bytes",
            "9223372036854771712\n",
        );
        write(root, "sys/memory/job/memory.limit_in_bytes", "4096\n");
        let mounts = "32 31 0:29 / /sys/cpu rw - cgroup cgroup rw,cpu,cpuacct\n\
                      35 31 0:32 / /sys/memory rw - cgroup cgroup rw,memory\n";
        let cgroup = "4:memory:/job\n1:cpu,cpuacct:/job\n0::/\n";
        let limits = limits_of(cgroup, mounts, root);
        assert_eq!(limits.cpu_cores, Some(2.5));
        assert_eq!(limits.memory.map(|memory| memory.bytes), Some(4096));
    }

    #[test]
    fn a_container_that_sees_only_its_subtree_still_finds_its_limit() {
        let root = tempfile::tempdir().expect("temporary folder");
        write(root.path(), "cg/memory.max", "77\n");
        let mounts = "41 31 0:38 /docker/abc /cg rw - cgroup2 cgroup2 rw\n";
        let limits = limits_of("0::/docker/abc\n", mounts, root.path());
        assert_eq!(limits.memory.map(|memory| memory.bytes), Some(77));
    }

    #[test]
    fn no_cgroups_means_no_limits() {
        assert_eq!(
            limits_of("", "", Path::new("/nonexistent")),
            Limits::default()
        );
    }
}
