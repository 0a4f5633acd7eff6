"""Which folders are shared between machines: there SQLite's WAL would lose rows."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from evolink_widgets.store.database.mounts import file_system, is_shared, on_network

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:45 / /data rw,relatime - nfs4 server:/home rw,vers=4.2
31 30 0:46 / /data/me/local rw - btrfs /dev/sdb rw
32 22 0:47 / /mnt/with\\040space rw - cifs //server/share rw
33 22 0:48 / /over rw - ext4 /dev/sdc rw
34 22 0:49 / /over rw - fuse.sshfs me@server:/ rw
a line that is none
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/pictures", "ext4"),
        ("/data/me/notebooks", "nfs4"),
        ("/data", "nfs4"),
        ("/database", "ext4"),
        ("/data/me/local/x", "btrfs"),
        ("/mnt/with space/x", "cifs"),
        ("/over/x", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_decides_and_of_two_on_one_place_the_last(folder, kind):
    assert file_system(PurePosixPath(folder), MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs", "virtiofs"])
def test_network_folders_are_known(kind):
    assert is_shared(kind)


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "tmpfs", "overlay", "fuseblk", ""])
def test_local_folders_are_known(kind):
    assert not is_shared(kind)


def test_a_folder_of_this_machine_is_not_on_the_network(tmp_path):
    assert not on_network(tmp_path)
