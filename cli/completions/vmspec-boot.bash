# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of vmspec-boot; options come from the program, check IDs from the
# vmspec-verify beside it.

# What --help says that an option takes: ": one (default), two, three".
_vmspec_boot_words()
{
	"${COMP_WORDS[0]}" --help 2>/dev/null |
		sed -n "/ --$1 /,/ --/{/ --$1 /{s/.*: //p;d};/ --/!p}" | sed 's/(default)//' | tr -d ',' | xargs -n 1
}

# PATTERN: of a matrix' own checks, or of all, which its guests have.
_vmspec_boot_ids()
{
	local profile i
	profile=$(_vmspec_boot_words profile | head -n 1)
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == --profile ]] && profile=${COMP_WORDS[i + 1]}
	done
	"${COMP_WORDS[0]%boot}verify" --list --format lines --profile "$profile" 2>/dev/null |
		grep -E "^$1"
}

# The words of the line before the one that is typed, where "=" has cut none of them.
_vmspec_boot_line()
{
	local i w
	line=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		if [[ ($w == = || ${COMP_WORDS[i - 1]} == =) && ${#line[@]} -gt 0 ]]; then
			line[-1]+=$w
		else
			line+=("$w")
		fi
	done
}

# Is it about Xen's guests? By --vmm, else by what this host is.
_vmspec_boot_is_xen()
{
	local line
	_vmspec_boot_line
	case " ${line[*]} " in
	*" --vmm xen "* | *" --vmm=xen "*) return 0 ;;
	*" --vmm"*) return 1 ;;
	esac
	grep -qs control_d /proc/xen/capabilities
}

# The cells of the matrix that the line asks for.
_vmspec_boot_cells()
{
	local line
	_vmspec_boot_line
	[[ ${line[-1]} == --cell ]] && unset 'line[-1]'
	"${COMP_WORDS[0]}" "${line[@]%--cell=}" --plan 2>/dev/null
}

# The words of a matrix, in the argument itself or after it: presets, axes, and an axis' values.
_vmspec_boot_matrix()
{
	local axis=$1 cur=$2 head= hw="acpi dt default" axes="gic= hw= bus= arch= firmware="
	_vmspec_boot_is_xen && hw="dt acpi direct" axes="hw= vuart="
	[[ $cur == *,* ]] && head=${cur%,*},
	case $axis in
	gic) mapfile -t COMPREPLY < <(compgen -P "$head" -W "2 3 default" -- "${cur##*,}") ;;
	hw) mapfile -t COMPREPLY < <(compgen -P "$head" -W "$hw" -- "${cur##*,}") ;;
	vuart) mapfile -t COMPREPLY < <(compgen -P "$head" -W "off on" -- "${cur##*,}") ;;
	bus) mapfile -t COMPREPLY < <(compgen -P "$head" -W "pci mmio" -- "${cur##*,}") ;;
	arch) mapfile -t COMPREPLY < <(compgen -P "$head" -W "aarch64 aarch32" -- "${cur##*,}") ;;
	firmware)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -P "$head" -f -- "${cur##*,}")
		;;
	*)
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -W "quick spec-2.0 spec-1.0 $axes" -- "$cur")
		;;
	esac
}

_vmspec_boot()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	# "--opt=value" and "gic=2" reach us as three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = && COMP_CWORD -gt 1 ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	case $prev in
	gic | hw | bus | arch | firmware | vuart)
		_vmspec_boot_matrix "$prev" "$cur"
		;;
	--matrix)
		_vmspec_boot_matrix "" "$cur"
		;;
	--keep | --guest-tools)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	-i | --image | -f | --firmware | --vars | --kernel | --initrd | --join | -o | --output | --waivers)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	-q | --qemu)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur" | grep -F qemu-system | sort -u)
		;;
	--profile)
		mapfile -t COMPREPLY < <(compgen -W "$(_vmspec_boot_words profile)" -- "$cur")
		;;
	--owner)
		mapfile -t COMPREPLY < <(compgen -W "image hypervisor guest-admin" -- "$cur")
		;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W "$(_vmspec_boot_words format)" -- "$cur")
		;;
	--vmm)
		mapfile -t COMPREPLY < <(compgen -W "qemu xen" -- "$cur")
		;;
	--cell)
		mapfile -t COMPREPLY < <(compgen -W "$(_vmspec_boot_cells)" -- "$cur")
		;;
	--accel)
		mapfile -t COMPREPLY < <(compgen -W "auto kvm tcg" -- "$cur")
		;;
	--exec-via)
		mapfile -t COMPREPLY < <(compgen -W "auto cloud-init serial-login none" -- "$cur")
		;;
	--memory | --smp | --jobs | --timeout | --append)
		;;
	--check)
		local head=
		[[ $cur == *,* ]] && head=${cur%,*},
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$(_vmspec_boot_ids 'VMSPEC-(BOOT|IMAGE)-')" -- "${cur##*,}")
		;;
	--waive)
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -S = -W "$(_vmspec_boot_ids V)" -- "$cur")
		;;
	*)
		if [[ $cur != -* && " ${COMP_WORDS[*]:0:COMP_CWORD} " == *" --join "* ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		if [[ $cur != -* && " ${COMP_WORDS[*]:0:COMP_CWORD} " == *" --matrix "* ]]; then
			_vmspec_boot_matrix "" "$cur"
			return
		fi
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null |
			grep -oE '^ +(-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--?[a-z][a-z0-9-]*')" -- "$cur")
		;;
	esac
}

complete -F _vmspec_boot vmspec-boot
