# SPDX-License-Identifier: GPL-2.0-or-later
# How to make disk images, good ones; sourced by check and by the bench.
#
#   esp OUT.fat MIB [MKFS-OPTION...]      an empty FAT32 made by mkfs.vfat
#   put FAT FILE PATH                     copy FILE to ::PATH, with the folders on the way
#   disk OUT.img MIB FAT [sgdisk options] a GPT with that FAT in partition 1 at 1 MiB

cache=${VMSPEC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmspec}

# package NAME[:ARCH]: the folder with its files, downloaded and unpacked once.
package() {
	local name=${1%%:*} dir=$cache/unpacked/${1/:/_} deb
	if [ ! -e "$dir/.done" ]; then
		mkdir -p "$cache/deb" "$dir" || return 1
		deb=$(find "$cache/deb" -name "${name}_*_${1##*:}.deb" -o -name "${name}_*_all.deb" | sort | tail -n 1)
		if [ -z "$deb" ]; then
			(cd "$cache/deb" && apt-get -qq download "$1" >/dev/null 2>&1) || return 1
			deb=$(find "$cache/deb" -name "${name}_*_${1##*:}.deb" -o -name "${name}_*_all.deb" | sort | tail -n 1)
		fi
		[ -n "$deb" ] && dpkg -x "$deb" "$dir" && touch "$dir/.done" || return 1
	fi
	echo "$dir"
}

esp() {
	local out=$1 mib=$2
	shift 2
	rm -f "$out"
	truncate -s "${mib}M" "$out"
	mkfs.vfat -F 32 -n ESP "$@" "$out" >/dev/null 2>&1
}

put() {
	local dir
	dir=$(dirname "$3")
	if [ "$dir" != . ]; then
		local path=
		local IFS=/
		for d in $dir; do
			path=$path/$d
			mmd -D s -i "$1" "::$path" >/dev/null 2>&1 </dev/null || :
		done
	fi
	mcopy -D o -o -i "$1" "$2" "::/$3" </dev/null
}

disk() {
	local out=$1 mib=$2 fat=$3
	shift 3
	rm -f "$out"
	truncate -s "${mib}M" "$out"
	sgdisk -n "1:2048:+$(($(stat -c %s "$fat") / 1024))K" -t 1:ef00 "$@" "$out" >/dev/null 2>&1 || return 1
	dd if="$fat" of="$out" bs=1M seek=1 conv=notrunc,sparse status=none
}
