#compdef vmspec-boot
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion of vmspec-boot; options, words and check IDs come from the
# program's own --help and --list.

# What --help says that an option takes: "(default), two, three" up to the next option.
_vmspec_boot_words() {
	$1 --help 2>/dev/null | sed -n "/ --$2 /,/ --/{/ --$2 /{s/^.*  //p;d};/ --/!p}" |
		tr -d ',' | sed 's/(default)//' | tr -s ' ' '\n' | grep -E '^[a-z]+([0-9.-]+[0-9.]*)?$'
}

_vmspec_boot_ids() {
	local -a ids
	local i profile=vmspec-2.0
	for ((i = 1; i < CURRENT; i++)); do
		[[ $words[i] == (-p|--profile) ]] && profile=$words[i+1]
	done
	ids=(${(f)"$(vmspec-verify --list --format lines --profile $profile 2>/dev/null)"})
	compadd "$@" -M 'm:{a-z}={A-Z} l:|=*' -- $ids
}

# The words of a matrix, of QEMU's or of Xen's guests: by --vmm, else by what this host is.
_vmspec_boot_matrix() {
	local -a axes=(gic= hw= bus= arch= firmware=) values
	local hw="acpi dt default"
	if [[ "$words" == *--vmm?xen* || ( "$words" != *--vmm* && "$(cat /proc/xen/capabilities 2>/dev/null)" == *control_d* ) ]]; then
		axes=(hw= vuart=) hw="dt acpi direct"
	fi
	case $PREFIX in
	gic=*) values=(2 3 default) ;;
	hw=*) values=(${=hw}) ;;
	bus=*) values=(pci mmio) ;;
	arch=*) values=(aarch64 aarch32) ;;
	vuart=*) values=(off on) ;;
	firmware=*) compset -P '*[=,]'; _files; return ;;
	*) compadd -- quick spec-2.0 spec-1.0; compadd -S '' -- $axes; return ;;
	esac
	compset -P '*[=,]'
	compadd -- $values
}

# The cells of the matrix that the line asks for.
_vmspec_boot_cells() {
	local -a line=(${words[1,CURRENT-1]})
	[[ $line[-1] == --cell ]] && line[-1]=()
	compadd -- ${(f)"$($line --plan 2>/dev/null)"}
}

_vmspec_boot() {
	local program=$words[1] option=$words[CURRENT-1] i
	local -a options
	case $option in
	--profile) compadd -- ${(M)${(f)"$(_vmspec_boot_words $program profile)"}:#*-[0-9.]*}; return ;;
	--format) compadd -- ${(f)"$(_vmspec_boot_words $program format)"}; return ;;
	--check) _vmspec_boot_ids; return ;;
	--waive) _vmspec_boot_ids -S '=' ; return ;;
	--accel) compadd -- auto kvm tcg; return ;;
	--vmm) compadd -- qemu xen; return ;;
	--cell) _vmspec_boot_cells; return ;;
	--matrix) _vmspec_boot_matrix; return ;;
	--owner) compadd -- image hypervisor guest-admin; return ;;
	--exec-via) compadd -- auto cloud-init serial-login none; return ;;
	--keep|--guest-tools) _files -/; return ;;
	--image|-i|--join|--output|-o|--waivers|--firmware|-f|--vars|--kernel|--initrd|--qemu|-q) _files; return ;;
	esac
	if [[ $words[CURRENT] != -* ]]; then
		# what goes on after these
		for ((i = 2; i < CURRENT; i++)); do
			[[ $words[i] == --join ]] && { _files; return }
			[[ $words[i] == --matrix ]] && { _vmspec_boot_matrix; return }
		done
	fi
	options=(${(f)"$($program --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--?[a-zA-Z][a-z0-9-]*')"})
	compadd -- $options
}

_vmspec_boot "$@"
