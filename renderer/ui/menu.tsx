import type { ReactElement } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export interface MenuAction {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly isDisabled?: boolean;
  run(): void;
}

/** A button that opens a list of actions. */
export function ActionMenu({
  label,
  icon,
  text,
  actions,
  isSmall = false,
  look = 'quiet',
  isDisabled = false,
}: {
  readonly label: string;
  readonly icon?: IconName;
  /** Shown in the button; without it the button is only the icon. */
  readonly text?: string;
  readonly actions: readonly MenuAction[];
  readonly isSmall?: boolean;
  readonly look?: 'quiet' | 'plain' | 'primary';
  readonly isDisabled?: boolean;
}): ReactElement {
  const classes = ['button', look === 'plain' ? '' : look, isSmall ? 'small' : '', text === undefined ? 'icon-only' : ''];
  return (
    <MenuTrigger>
      <AriaButton className={classes.filter((one) => one !== '').join(' ')} isDisabled={isDisabled} {...(text === undefined ? { 'aria-label': label } : {})}>
        {icon === undefined ? null : <Icon name={icon} />}
        {text}
        {text === undefined ? null : <Icon name="down" size={12} />}
      </AriaButton>
      <Popover className="popover" offset={4} placement="bottom end">
        <Menu
          className="list"
          aria-label={label}
          onAction={(key) => actions.find((action) => action.id === key)?.run()}
          disabledKeys={actions.filter((action) => action.isDisabled === true).map((action) => action.id)}
        >
          {actions.map((action) => (
            <MenuItem key={action.id} id={action.id} className="list-item" textValue={action.label}>
              <span>
                {action.label}
                {action.detail === undefined ? null : <span className="detail muted">{action.detail}</span>}
              </span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
