"""A node's part of a backup: it alone sees its files. The operation asks in the lake, where all see it, and the answer is what lies in the backup's folder."""
import hashlib
import json
import os
import re
import shutil
import threading

LAKE, MEETING = os.environ["LAKE"], os.environ["MEETING"]
REQUEST = os.path.join(MEETING, "save")
TAG = re.compile(r"platform-[0-9]+")
LISTED, FAILED = "listed.json", "failed"
asked, working = None, None


def ask(folder, tag):
    with open(REQUEST + ".new", "w") as file:
        json.dump({"folder": folder, "tag": tag}, file)
    os.replace(REQUEST + ".new", REQUEST)


def look(index, say):
    """Begins what is asked for, once."""
    global asked, working
    try:
        with open(REQUEST) as file:
            text = file.read()
    except OSError:
        return
    if text == asked or (working and working.is_alive()):
        return
    asked = text
    working = threading.Thread(target=save, args=(text, index, say), daemon=True)
    working.start()


def save(text, index, say):
    try:
        request = json.loads(text)
        folder, tag = request["folder"], request["tag"]
        if not TAG.fullmatch(tag) or not os.path.realpath(folder).startswith(os.path.realpath(LAKE) + "/"):
            raise ValueError("what is asked for is no backup in the lake")
        part = os.path.join(folder, f"node-{index}")
        if os.path.exists(os.path.join(part, LISTED)):
            return
        shutil.rmtree(part, ignore_errors=True)
        os.makedirs(part, 0o700)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        return say(f"a backup that can't be begun: {problem}")
    try:
        listed = {path: copied(source, os.path.join(part, path)) for source, path in files_of(tag)}
        written(os.path.join(part, LISTED), json.dumps(listed))
        say(f"saved {len(listed)} files, {sum(each[0] for each in listed.values()) >> 20} MiB")
    except OSError as problem:
        say(f"could not save: {problem}")
        try:
            written(os.path.join(part, FAILED), str(problem))
        except OSError:
            pass  # The operation waits in vain, and says for what.


def files_of(tag):
    """KEYSPACE/TABLE/FILE of what a snapshot holds. Indexes of the older kind lie in folders of their own and are made anew from rows."""
    top = "data/data"
    for keyspace in sorted(os.listdir(top)):
        for table in sorted(os.listdir(os.path.join(top, keyspace))):
            held = os.path.join(top, keyspace, table, "snapshots", tag)
            if not os.path.isdir(held):
                continue
            for name in sorted(os.listdir(held)):
                source = os.path.join(held, name)
                if os.path.isfile(source) and name not in ("manifest.json", "schema.cql"):
                    # Its name and its number, of which another cluster has another.
                    yield source, os.path.join(keyspace, table.rsplit("-", 1)[0], name)


def copied(source, target):
    """Its size in bytes and its sha256."""
    os.makedirs(os.path.dirname(target), 0o700, exist_ok=True)
    size, seen = 0, hashlib.sha256()
    with open(source, "rb") as read, open(target, "wb") as write:
        while chunk := read.read(1 << 20):
            size += len(chunk)
            seen.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    return [size, seen.hexdigest()]


def written(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
