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

# The words of a matrix, of QEMU's or of Xen's guests: by --vmm, else by what this host is.
function __vmspec_boot_matrix
	set -l line (commandline -opc)
	set -l words gic=2,3 hw=acpi,dt bus=pci,mmio arch=aarch64,aarch32 firmware=
	if string match -q -- '*--vmm?xen*' "$line"
		set words hw=dt,acpi,direct vuart=off,on
	else if not string match -q -- '*--vmm*' "$line"; and grep -qs control_d /proc/xen/capabilities
		set words hw=dt,acpi,direct vuart=off,on
	end
	printf '%s\n' quick spec-2.0 spec-1.0 # presets
	for word in $words
		set -l axis (string split = $word)
		for value in (string split , $axis[2])
			echo $axis[1]=$value
		end
	end
end

# The cells of the matrix that the line asks for.
function __vmspec_boot_cells
	set -l line (commandline -opc)
	test "$line[-1]" = --cell; and set -e line[-1]
	$line --plan 2>/dev/null
end

# Files stand alone behind --join only; what does, behind --matrix, are its axes.
complete -c vmspec-boot -f
complete -c vmspec-boot -n 'string match -q -- "* --join *" (commandline -pc)' -F
complete -c vmspec-boot -n 'string match -q -- "* --matrix *" (commandline -pc)' -a '(__vmspec_boot_matrix)'

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
	case check
		complete $args -x -a '(__vmspec_boot_ids)'
	case waive
		complete $args -x -a '(__vmspec_boot_ids)='
	case vmm
		complete $args -x -a 'qemu xen'
	case cell
		complete $args -x -a '(__vmspec_boot_cells)'
	case matrix
		complete $args -x -a '(__vmspec_boot_matrix)'
	case owner
		complete $args -x -a 'image hypervisor guest-admin'
	case exec-via
		complete $args -x -a 'auto cloud-init serial-login none'
	case accel
		complete $args -x -a 'auto kvm tcg'
	case keep guest-tools
		complete $args -x -a '(__fish_complete_directories)'
	case image join output waivers firmware vars qemu kernel initrd
		complete $args -r -F
	case '*'
		complete $args -f
	end
end
