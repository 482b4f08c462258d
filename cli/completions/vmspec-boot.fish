# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion of vmspec-boot; options, words and check IDs come from the program.

# What --help says that an option takes: "one (default), two, three" up to the next option.
function __vmspec_boot_words
	vmspec-boot --help 2>/dev/null | sed -n "/ --$argv[1] /,/ --/{/ --$argv[1] /{s/^.*  //p;d};/ --/!p}" |
		tr -d ',' | sed 's/(default)//' | tr -s ' ' '\n' | grep -E '^[a-z]+([0-9.-]+[0-9.]*)?$'
end

function __vmspec_boot_ids
	vmspec-verify --list --format lines 2>/dev/null
end

# Each option of --help, as it is written there.
for line in (vmspec-boot --help 2>/dev/null | grep -E '^ +(-[a-zA-Z], )?--')
	set -l long (string match -r -- '--([a-z0-9-]+)' $line)[2]
	set -l short (string match -r -- '^ +-([a-zA-Z]),' $line)[2]
	set -l args -c vmspec-boot -l $long
	test -n "$short"; and set args $args -s $short
	switch $long
	case format
		complete $args -x -a '(__vmspec_boot_words format)'
	case profile
		complete $args -x -a '(__vmspec_boot_words profile | string match -r ".+-[0-9.]+\$")'
	case explain check
		complete $args -x -a '(__vmspec_boot_ids)'
	case waive
		complete $args -x -a '(__vmspec_boot_ids)='
	case persistence
		complete $args -x -a 'arm check status disarm'
	case arch
		complete $args -x -a 'aarch64 aarch32 auto'
	case accel
		complete $args -x -a 'auto kvm tcg'
	case root record state-dir keep guest-tools
		complete $args -x -a '(__fish_complete_directories)'
	case image from join diff output waivers files-from firmware vars qemu
		complete $args -r -F
	case '*'
		complete $args -f
	end
end
