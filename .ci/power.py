"""A small ext4 on a loop device that loses power: the file system is shut down without flushing its journal or caches, and
mounted again from what had reached the device. Needs root and loop devices."""
import fcntl, os, shutil, struct, subprocess, tempfile, time

# _IOR('X', 125, __u32), include/uapi/linux: EXT4_IOC_SHUTDOWN; 2 is EXT4_GOING_FLAGS_NOLOGFLUSH.
SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


def is_possible():
    """Whether this machine lets us mount a loop device."""
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in ("losetup", "mkfs.ext4", "mount")):
        return False
    return subprocess.run(["losetup", "-f"], capture_output=True).returncode == 0


class LoopDisk:
    def __init__(self, megabytes):
        # In memory: the machine's own disk would only make it slow.
        self.folder = tempfile.mkdtemp(prefix="tele-power-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.image, self.mounted = os.path.join(self.folder, "image"), os.path.join(self.folder, "mnt")
        os.mkdir(self.mounted)
        with open(self.image, "wb") as f:
            f.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.loop = subprocess.run(["losetup", "-f", "--show", self.image], check=True, capture_output=True, text=True).stdout.strip()
        self.mount()

    def mount(self):
        subprocess.run(["mount", "-t", "ext4", self.loop, self.mounted], check=True)

    def lose_power(self):
        descriptor = os.open(self.mounted, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self):
        for _ in range(100):
            if subprocess.run(["umount", self.mounted], capture_output=True).returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.mounted} can't be unmounted")

    def restore_power(self):
        """Every user of the file system has to be gone. The journal is replayed by the mount."""
        self.unmount()
        self.mount()

    def remove(self):
        self.unmount()
        subprocess.run(["losetup", "-d", self.loop], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)
