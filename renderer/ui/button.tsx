import type { ReactElement, ReactNode } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export type ButtonLook = 'plain' | 'primary' | 'quiet' | 'danger' | 'link';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  readonly isSmall?: boolean;
  readonly children?: ReactNode;
}

export function Button({ look = 'plain', icon, isSmall = false, children, ...rest }: ButtonProps): ReactElement {
  return (
    <AriaButton {...rest} className={classOf(look, isSmall, false)}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

/** A button that is only a picture: its label is read aloud and shown on hover and focus. */
export function IconButton({
  icon,
  label,
  shortcut,
  look = 'quiet',
  isSmall = false,
  ...rest
}: Omit<ButtonProps, 'icon' | 'children'> & { readonly icon: IconName; readonly label: string; readonly shortcut?: string }): ReactElement {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton {...rest} aria-label={label} className={classOf(look, isSmall, true)}>
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
        {shortcut === undefined ? null : (
          <>
            {' '}
            <kbd>{shortcut}</kbd>
          </>
        )}
      </Tooltip>
    </TooltipTrigger>
  );
}

function classOf(look: ButtonLook, isSmall: boolean, isIconOnly: boolean): string {
  return ['button', look === 'plain' ? '' : look, isSmall ? 'small' : '', isIconOnly ? 'icon-only' : ''].filter((one) => one !== '').join(' ');
}
